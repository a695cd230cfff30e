//! Thrusting Pattern.

use crate::indicator::pattern::settings::{EQUAL_FACTOR, EQUAL_PERIOD, LONG_FACTOR, LONG_PERIOD};
use crate::indicator::pattern::shape::{CANDLE, bearish, candles, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Thrusting Pattern.
pub(in crate::indicator) static CDL_THRUSTING: Indicator = Indicator {
    name: "cdl_thrusting",
    title: "Thrusting Pattern",
    summary: "A white candle that opens below a long black one and closes in the lower half of its body.",
    formula: "a is black and long; b is white, opens below the low of a and closes above the close of a by more than the tolerance of equal, but not above the middle of its body: -100",
    source: "TA-Lib 0.8.3 CDLTHRUSTING",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[LONG_PERIOD, LONG_FACTOR, EQUAL_PERIOD, EQUAL_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 1, |s| {
            let [a, b] = candles();
            bearish(
                a.black()
                    & b.white()
                    & b.open().below(a.low())
                    & s.long(a)
                    & s.clearly_above(a, b.close(), a.close())
                    & b.close().at_most(a.close() + a.body_part(0.5)),
            )
        })
    },
};

//! Homing Pigeon.

use crate::indicator::pattern::settings::{LONG_FACTOR, LONG_PERIOD, SHORT_FACTOR, SHORT_PERIOD};
use crate::indicator::pattern::shape::{CANDLE, bullish, candles, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Homing Pigeon.
pub(in crate::indicator) static CDL_HOMINGPIGEON: Indicator = Indicator {
    name: "cdl_homingpigeon",
    title: "Homing Pigeon",
    summary: "A short black body within a long black one.",
    formula: "both are black; a is long; the body of b is short and within that of a: 100",
    source: "TA-Lib 0.8.3 CDLHOMINGPIGEON",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[LONG_PERIOD, LONG_FACTOR, SHORT_PERIOD, SHORT_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 1, |s| {
            let [a, b] = candles();
            bullish(
                a.black()
                    & b.black()
                    & b.open().below(a.open())
                    & b.close().above(a.close())
                    & s.long(a)
                    & !s.longer_than_short(b),
            )
        })
    },
};

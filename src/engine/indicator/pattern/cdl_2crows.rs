//! Two Crows.

use crate::indicator::pattern::settings::{LONG_FACTOR, LONG_PERIOD};
use crate::indicator::pattern::shape::{CANDLE, bearish, candles, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Two Crows.
pub(in crate::indicator) static CDL_2CROWS: Indicator = Indicator {
    name: "cdl_2crows",
    title: "Two Crows",
    summary: "A long white candle, an upward gap and two black candles that give the gap back.",
    formula: "a is white and long; b is black and its body is above that of a; c is black, opens within the body of b and closes within that of a: -100",
    source: "TA-Lib 0.8.3 CDL2CROWS",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[LONG_PERIOD, LONG_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 2, |s| {
            let [a, b, c] = candles();
            bearish(
                a.white()
                    & b.black()
                    & c.black()
                    & b.gaps_up(a)
                    & s.long(a)
                    & c.open().below(b.open())
                    & c.open().above(b.close())
                    & c.close().above(a.open())
                    & c.close().below(a.close()),
            )
        })
    },
};

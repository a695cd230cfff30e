//! Stick Sandwich.

use crate::indicator::pattern::settings::{EQUAL_FACTOR, EQUAL_PERIOD};
use crate::indicator::pattern::shape::{CANDLE, bullish, candles, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Stick Sandwich.
pub(in crate::indicator) static CDL_STICKSANDWICH: Indicator = Indicator {
    name: "cdl_sticksandwich",
    title: "Stick Sandwich",
    summary: "A white candle between two black ones with nearly equal closes.",
    formula: "a and c are black, b is white with its low above the close of a; the closes of a and c are nearly equal: 100",
    source: "TA-Lib 0.8.3 CDLSTICKSANDWICH",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[EQUAL_PERIOD, EQUAL_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 2, |s| {
            let [a, b, c] = candles();
            bullish(a.black() & b.white() & c.black() & b.low().above(a.close()) & s.equal(a, c.close(), a.close()))
        })
    },
};

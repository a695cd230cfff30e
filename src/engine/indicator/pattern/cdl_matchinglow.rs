//! Matching Low.

use crate::indicator::pattern::settings::{EQUAL_FACTOR, EQUAL_PERIOD};
use crate::indicator::pattern::shape::{CANDLE, bullish, candles, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Matching Low.
pub(in crate::indicator) static CDL_MATCHINGLOW: Indicator = Indicator {
    name: "cdl_matchinglow",
    title: "Matching Low",
    summary: "Two black candles with nearly equal closes.",
    formula: "both are black and their closes are nearly equal: 100",
    source: "TA-Lib 0.8.3 CDLMATCHINGLOW",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[EQUAL_PERIOD, EQUAL_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 1, |s| {
            let [a, b] = candles();
            bullish(a.black() & b.black() & s.equal(a, b.close(), a.close()))
        })
    },
};

//! Up/Down-Gap Side-by-Side White Lines.

use crate::indicator::pattern::settings::{EQUAL_FACTOR, EQUAL_PERIOD, NEAR_FACTOR, NEAR_PERIOD};
use crate::indicator::pattern::shape::{CANDLE, candles, either, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Up/Down-Gap Side-by-Side White Lines.
pub(in crate::indicator) static CDL_GAPSIDESIDEWHITE: Indicator = Indicator {
    name: "cdl_gapsidesidewhite",
    title: "Up/Down-Gap Side-by-Side White Lines",
    summary: "Two similar white candles side by side after a gap.",
    formula: "b and c are white, of about the same size, have nearly equal opens, and their bodies are both above or both below that of a: 100 above, -100 below",
    source: "TA-Lib 0.8.3 CDLGAPSIDESIDEWHITE",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[NEAR_PERIOD, NEAR_FACTOR, EQUAL_PERIOD, EQUAL_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 2, |s| {
            let [a, b, c] = candles();
            let alike = s.equal(b, c.open(), b.open()) & c.body().within(b.body(), s.near(b));
            either(
                b.white() & c.white(),
                b.gaps_up(a) & c.gaps_up(a) & alike.clone(),
                b.gaps_down(a) & c.gaps_down(a) & alike,
            )
        })
    },
};

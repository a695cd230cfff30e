//! Hammer.

use crate::indicator::pattern::settings::{
    NEAR_FACTOR, NEAR_PERIOD, SHADOW_LONG_FACTOR, SHADOW_LONG_PERIOD, SHADOW_VERY_SHORT_FACTOR,
    SHADOW_VERY_SHORT_PERIOD, SHORT_FACTOR, SHORT_PERIOD,
};
use crate::indicator::pattern::shape::{CANDLE, bullish, candles, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Hammer.
pub(in crate::indicator) static CDL_HAMMER: Indicator = Indicator {
    name: "cdl_hammer",
    title: "Hammer",
    summary: "A short body above a long lower shadow, near the low of the previous candle.",
    formula: "b is short with a long lower shadow and a very short upper shadow; its body is below the low of a or near it: 100",
    source: "TA-Lib 0.8.3 CDLHAMMER",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[
        SHORT_PERIOD,
        SHORT_FACTOR,
        SHADOW_LONG_PERIOD,
        SHADOW_LONG_FACTOR,
        SHADOW_VERY_SHORT_PERIOD,
        SHADOW_VERY_SHORT_FACTOR,
        NEAR_PERIOD,
        NEAR_FACTOR,
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 1, |s| {
            let [a, b] = candles();
            bullish(s.long_lower(b) & s.no_upper(b) & s.short(b) & b.bottom().at_most(a.low() + s.near(a)))
        })
    },
};

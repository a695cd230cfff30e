//! Gravestone Doji.

use crate::indicator::pattern::settings::{
    DOJI_FACTOR, DOJI_PERIOD, SHADOW_VERY_SHORT_FACTOR, SHADOW_VERY_SHORT_PERIOD,
};
use crate::indicator::pattern::shape::{CANDLE, bullish, candles, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Gravestone Doji.
pub(in crate::indicator) static CDL_GRAVESTONEDOJI: Indicator = Indicator {
    name: "cdl_gravestonedoji",
    title: "Gravestone Doji",
    summary: "A doji at the low of its range.",
    formula: "a is a doji with a very short lower shadow and an upper one: 100",
    source: "TA-Lib 0.8.3 CDLGRAVESTONEDOJI",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[DOJI_PERIOD, DOJI_FACTOR, SHADOW_VERY_SHORT_PERIOD, SHADOW_VERY_SHORT_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 0, |s| {
            let [a] = candles();
            bullish(s.doji(a) & s.no_lower(a) & s.some_upper(a))
        })
    },
};

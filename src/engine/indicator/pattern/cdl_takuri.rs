//! Takuri.

use crate::indicator::pattern::settings::{
    DOJI_FACTOR, DOJI_PERIOD, SHADOW_VERY_LONG_FACTOR, SHADOW_VERY_LONG_PERIOD, SHADOW_VERY_SHORT_FACTOR,
    SHADOW_VERY_SHORT_PERIOD,
};
use crate::indicator::pattern::shape::{CANDLE, bullish, candles, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Takuri.
pub(in crate::indicator) static CDL_TAKURI: Indicator = Indicator {
    name: "cdl_takuri",
    title: "Takuri",
    summary: "A doji at the high of its range, with a very long lower shadow.",
    formula: "a is a doji with a very short upper shadow and a very long lower one: 100",
    source: "TA-Lib 0.8.3 CDLTAKURI",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[
        DOJI_PERIOD,
        DOJI_FACTOR,
        SHADOW_VERY_SHORT_PERIOD,
        SHADOW_VERY_SHORT_FACTOR,
        SHADOW_VERY_LONG_PERIOD,
        SHADOW_VERY_LONG_FACTOR,
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 0, |s| {
            let [a] = candles();
            bullish(s.doji(a) & s.no_upper(a) & s.very_long_lower(a))
        })
    },
};

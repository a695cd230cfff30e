//! Inverted Hammer.

use crate::indicator::pattern::settings::{
    SHADOW_LONG_FACTOR, SHADOW_LONG_PERIOD, SHADOW_VERY_SHORT_FACTOR, SHADOW_VERY_SHORT_PERIOD, SHORT_FACTOR,
    SHORT_PERIOD,
};
use crate::indicator::pattern::shape::{CANDLE, bullish, candles, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Inverted Hammer.
pub(in crate::indicator) static CDL_INVERTEDHAMMER: Indicator = Indicator {
    name: "cdl_invertedhammer",
    title: "Inverted Hammer",
    summary: "A short body below a long upper shadow, gapping below the previous body.",
    formula: "the body of b is short and below that of a; its upper shadow is long, and its lower shadow is very short: 100",
    source: "TA-Lib 0.8.3 CDLINVERTEDHAMMER",
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
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 1, |s| {
            let [a, b] = candles();
            bullish(b.gaps_down(a) & s.no_lower(b) & s.long_upper(b) & s.short(b))
        })
    },
};

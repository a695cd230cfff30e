//! Shooting Star.

use crate::indicator::pattern::settings::{
    SHADOW_LONG_FACTOR, SHADOW_LONG_PERIOD, SHADOW_VERY_SHORT_FACTOR, SHADOW_VERY_SHORT_PERIOD, SHORT_FACTOR,
    SHORT_PERIOD,
};
use crate::indicator::pattern::shape::{CANDLE, bearish, candles, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Shooting Star.
pub(in crate::indicator) static CDL_SHOOTINGSTAR: Indicator = Indicator {
    name: "cdl_shootingstar",
    title: "Shooting Star",
    summary: "A short body below a long upper shadow, gapping above the previous body.",
    formula: "the body of b is short and above that of a; its upper shadow is long, and its lower shadow is very short: -100",
    source: "TA-Lib 0.8.3 CDLSHOOTINGSTAR",
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
            bearish(b.gaps_up(a) & s.no_lower(b) & s.long_upper(b) & s.short(b))
        })
    },
};

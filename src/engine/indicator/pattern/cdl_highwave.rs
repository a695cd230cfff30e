//! High-Wave Candle.

use crate::indicator::pattern::settings::{
    SHADOW_VERY_LONG_FACTOR, SHADOW_VERY_LONG_PERIOD, SHORT_FACTOR, SHORT_PERIOD,
};
use crate::indicator::pattern::shape::{CANDLE, candles, either, pattern};
use crate::indicator::{Group, Indicator, Output};

/// High-Wave Candle.
pub(in crate::indicator) static CDL_HIGHWAVE: Indicator = Indicator {
    name: "cdl_highwave",
    title: "High-Wave Candle",
    summary: "A short body with very long shadows on both sides.",
    formula: "a is short and both its shadows are very long: 100 where it is white, -100 where it is black",
    source: "TA-Lib 0.8.3 CDLHIGHWAVE",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[SHORT_PERIOD, SHORT_FACTOR, SHADOW_VERY_LONG_PERIOD, SHADOW_VERY_LONG_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 0, |s| {
            let [a] = candles();
            either(s.very_long_upper(a) & s.very_long_lower(a) & s.short(a), a.white(), a.black())
        })
    },
};

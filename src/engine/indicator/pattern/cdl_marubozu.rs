//! Marubozu.

use crate::indicator::pattern::settings::{
    LONG_FACTOR, LONG_PERIOD, SHADOW_VERY_SHORT_FACTOR, SHADOW_VERY_SHORT_PERIOD,
};
use crate::indicator::pattern::shape::{CANDLE, candles, either, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Marubozu.
pub(in crate::indicator) static CDL_MARUBOZU: Indicator = Indicator {
    name: "cdl_marubozu",
    title: "Marubozu",
    summary: "A long body with very short shadows.",
    formula: "a is long with very short shadows: 100 where it is white, -100 where it is black",
    source: "TA-Lib 0.8.3 CDLMARUBOZU",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[LONG_PERIOD, LONG_FACTOR, SHADOW_VERY_SHORT_PERIOD, SHADOW_VERY_SHORT_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 0, |s| {
            let [a] = candles();
            either(s.no_upper(a) & s.no_lower(a) & s.long(a), a.white(), a.black())
        })
    },
};

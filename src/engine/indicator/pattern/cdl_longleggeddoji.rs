//! Long Legged Doji.

use crate::indicator::pattern::settings::{DOJI_FACTOR, DOJI_PERIOD, SHADOW_LONG_FACTOR, SHADOW_LONG_PERIOD};
use crate::indicator::pattern::shape::{CANDLE, bullish, candles, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Long Legged Doji.
pub(in crate::indicator) static CDL_LONGLEGGEDDOJI: Indicator = Indicator {
    name: "cdl_longleggeddoji",
    title: "Long Legged Doji",
    summary: "A doji with a long shadow.",
    formula: "a is a doji with a long shadow on at least one side: 100",
    source: "TA-Lib 0.8.3 CDLLONGLEGGEDDOJI",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[DOJI_PERIOD, DOJI_FACTOR, SHADOW_LONG_PERIOD, SHADOW_LONG_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 0, |s| {
            let [a] = candles();
            bullish(s.doji(a) & (s.long_lower(a) | s.long_upper(a)))
        })
    },
};

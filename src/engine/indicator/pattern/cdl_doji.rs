//! Doji.

use crate::indicator::pattern::settings::{DOJI_FACTOR, DOJI_PERIOD};
use crate::indicator::pattern::shape::{CANDLE, bullish, candles, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Doji.
pub(in crate::indicator) static CDL_DOJI: Indicator = Indicator {
    name: "cdl_doji",
    title: "Doji",
    summary: "A candle whose open and close are nearly equal.",
    formula: "the body of a is within the doji limit: 100",
    source: "TA-Lib 0.8.3 CDLDOJI",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[DOJI_PERIOD, DOJI_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 0, |s| {
            let [a] = candles();
            bullish(s.doji(a))
        })
    },
};

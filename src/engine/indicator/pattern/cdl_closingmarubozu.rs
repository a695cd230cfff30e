//! Closing Marubozu.

use crate::indicator::pattern::settings::{
    LONG_FACTOR, LONG_PERIOD, SHADOW_VERY_SHORT_FACTOR, SHADOW_VERY_SHORT_PERIOD,
};
use crate::indicator::pattern::shape::{CANDLE, candles, either, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Closing Marubozu.
pub(in crate::indicator) static CDL_CLOSINGMARUBOZU: Indicator = Indicator {
    name: "cdl_closingmarubozu",
    title: "Closing Marubozu",
    summary: "A long candle that closes at its extreme.",
    formula: "a is long; white with a very short upper shadow: 100; black with a very short lower shadow: -100",
    source: "TA-Lib 0.8.3 CDLCLOSINGMARUBOZU",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[LONG_PERIOD, LONG_FACTOR, SHADOW_VERY_SHORT_PERIOD, SHADOW_VERY_SHORT_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 0, |s| {
            let [a] = candles();
            either(s.long(a), a.white() & s.no_upper(a), a.black() & s.no_lower(a))
        })
    },
};

//! Short Line Candle.

use crate::indicator::pattern::settings::{SHADOW_SHORT_FACTOR, SHADOW_SHORT_PERIOD, SHORT_FACTOR, SHORT_PERIOD};
use crate::indicator::pattern::shape::{CANDLE, candles, either, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Short Line Candle.
pub(in crate::indicator) static CDL_SHORTLINE: Indicator = Indicator {
    name: "cdl_shortline",
    title: "Short Line Candle",
    summary: "A short body with short shadows.",
    formula: "a is short and both its shadows are short: 100 where it is white, -100 where it is black",
    source: "TA-Lib 0.8.3 CDLSHORTLINE",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[SHORT_PERIOD, SHORT_FACTOR, SHADOW_SHORT_PERIOD, SHADOW_SHORT_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 0, |s| {
            let [a] = candles();
            either(s.short(a) & s.short_upper(a) & s.short_lower(a), a.white(), a.black())
        })
    },
};

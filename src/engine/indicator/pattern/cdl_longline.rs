//! Long Line Candle.

use crate::indicator::pattern::settings::{LONG_FACTOR, LONG_PERIOD, SHADOW_SHORT_FACTOR, SHADOW_SHORT_PERIOD};
use crate::indicator::pattern::shape::{CANDLE, candles, either, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Long Line Candle.
pub(in crate::indicator) static CDL_LONGLINE: Indicator = Indicator {
    name: "cdl_longline",
    title: "Long Line Candle",
    summary: "A long body with short shadows.",
    formula: "a is long and both its shadows are short: 100 where it is white, -100 where it is black",
    source: "TA-Lib 0.8.3 CDLLONGLINE",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[LONG_PERIOD, LONG_FACTOR, SHADOW_SHORT_PERIOD, SHADOW_SHORT_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 0, |s| {
            let [a] = candles();
            either(s.long(a) & s.short_upper(a) & s.short_lower(a), a.white(), a.black())
        })
    },
};

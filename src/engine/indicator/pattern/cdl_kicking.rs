//! Kicking.

use crate::indicator::pattern::settings::{
    LONG_FACTOR, LONG_PERIOD, SHADOW_VERY_SHORT_FACTOR, SHADOW_VERY_SHORT_PERIOD,
};
use crate::indicator::pattern::shape::{CANDLE, Candle, always, candles, either, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Kicking.
pub(in crate::indicator) static CDL_KICKING: Indicator = Indicator {
    name: "cdl_kicking",
    title: "Kicking",
    summary: "Two marubozu of opposite color, separated by a gap.",
    formula: "both are long with very short shadows and of opposite colors; the range of b is beyond that of a: 100 where b is white and above, -100 where it is black and below",
    source: "TA-Lib 0.8.3 CDLKICKING",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[SHADOW_VERY_SHORT_PERIOD, SHADOW_VERY_SHORT_FACTOR, LONG_PERIOD, LONG_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 1, |s| {
            let [a, b] = candles();
            let maru = |candle: Candle| s.no_upper(candle) & s.no_lower(candle) & s.long(candle);
            either(
                always(),
                a.black() & b.white() & b.clears_up(a) & maru(a) & maru(b),
                a.white() & b.black() & b.clears_down(a) & maru(a) & maru(b),
            )
        })
    },
};

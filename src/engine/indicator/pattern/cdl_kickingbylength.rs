//! Kicking by Length.

use crate::indicator::pattern::settings::{
    LONG_FACTOR, LONG_PERIOD, SHADOW_VERY_SHORT_FACTOR, SHADOW_VERY_SHORT_PERIOD,
};
use crate::indicator::pattern::shape::{CANDLE, Candle, candles, either, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Kicking by Length.
pub(in crate::indicator) static CDL_KICKINGBYLENGTH: Indicator = Indicator {
    name: "cdl_kickingbylength",
    title: "Kicking by Length",
    summary: "Two marubozu of opposite color, separated by a gap; the longer body gives the direction.",
    formula: "both are long with very short shadows and of opposite colors; the range of b is above that of a where b is white and below it where b is black: 100 where the longer of the two is white, -100 where it is black; the first on ties",
    source: "TA-Lib 0.8.3 CDLKICKINGBYLENGTH",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[SHADOW_VERY_SHORT_PERIOD, SHADOW_VERY_SHORT_FACTOR, LONG_PERIOD, LONG_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 1, |s| {
            let [a, b] = candles();
            let maru = |candle: Candle| s.no_upper(candle) & s.no_lower(candle) & s.long(candle);
            let kicks = a.black() & b.white() & b.clears_up(a) | a.white() & b.black() & b.clears_down(a);
            let longer = || b.body().above(a.body());
            let up = longer() & b.white() | !longer() & a.white();
            let down = longer() & b.black() | !longer() & a.black();
            either(kicks & maru(a) & maru(b), up, down)
        })
    },
};

//! Separating Lines.

use crate::indicator::pattern::settings::{
    EQUAL_FACTOR, EQUAL_PERIOD, LONG_FACTOR, LONG_PERIOD, SHADOW_VERY_SHORT_FACTOR, SHADOW_VERY_SHORT_PERIOD,
};
use crate::indicator::pattern::shape::{CANDLE, candles, either, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Separating Lines.
pub(in crate::indicator) static CDL_SEPARATINGLINES: Indicator = Indicator {
    name: "cdl_separatinglines",
    title: "Separating Lines",
    summary: "Two candles of opposite color with nearly equal opens; the second is long and opens at its extreme.",
    formula: "the two are of opposite colors and their opens are nearly equal; b is long: 100 where it is white with a very short lower shadow, -100 where it is black with a very short upper shadow",
    source: "TA-Lib 0.8.3 CDLSEPARATINGLINES",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[SHADOW_VERY_SHORT_PERIOD, SHADOW_VERY_SHORT_FACTOR, LONG_PERIOD, LONG_FACTOR, EQUAL_PERIOD, EQUAL_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 1, |s| {
            let [a, b] = candles();
            either(
                s.long(b) & s.equal(a, b.open(), a.open()),
                a.black() & b.white() & s.no_lower(b),
                a.white() & b.black() & s.no_upper(b),
            )
        })
    },
};

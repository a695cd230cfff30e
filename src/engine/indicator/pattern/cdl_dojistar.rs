//! Doji Star.

use crate::indicator::pattern::settings::{DOJI_FACTOR, DOJI_PERIOD, LONG_FACTOR, LONG_PERIOD};
use crate::indicator::pattern::shape::{CANDLE, candles, either, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Doji Star.
pub(in crate::indicator) static CDL_DOJISTAR: Indicator = Indicator {
    name: "cdl_dojistar",
    title: "Doji Star",
    summary: "A doji that gaps away from a long candle.",
    formula: "a is long; b is a doji whose body is beyond that of a: 100 where a is black and b below, -100 where a is white and b above",
    source: "TA-Lib 0.8.3 CDLDOJISTAR",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[DOJI_PERIOD, DOJI_FACTOR, LONG_PERIOD, LONG_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 1, |s| {
            let [a, b] = candles();
            either(s.doji(b) & s.long(a), a.black() & b.gaps_down(a), a.white() & b.gaps_up(a))
        })
    },
};

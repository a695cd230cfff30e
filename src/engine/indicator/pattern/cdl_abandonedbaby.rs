//! Abandoned Baby.

use crate::indicator::pattern::settings::{
    DOJI_FACTOR, DOJI_PERIOD, LONG_FACTOR, LONG_PERIOD, SHORT_FACTOR, SHORT_PERIOD, penetration,
};
use crate::indicator::pattern::shape::{CANDLE, candles, either, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Abandoned Baby.
pub(in crate::indicator) static CDL_ABANDONEDBABY: Indicator = Indicator {
    name: "cdl_abandonedbaby",
    title: "Abandoned Baby",
    summary: "A doji separated from both neighbours by full gaps: a sharp reversal.",
    formula: "a is long; b is a doji whose range touches neither that of a nor that of c, both on the same side of it; c is not short, of the opposite color to a and closes more than `penetration` into the body of a: 100 where a is black and b below, -100 where a is white and b above",
    source: "TA-Lib 0.8.3 CDLABANDONEDBABY",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[penetration(0.3), LONG_PERIOD, LONG_FACTOR, DOJI_PERIOD, DOJI_FACTOR, SHORT_PERIOD, SHORT_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 2, |s| {
            let [a, b, c] = candles();
            let depth = || a.body_part(s.penetration());
            let up = a.black() & c.white() & b.clears_down(a) & c.clears_up(b) & c.close().above(a.close() + depth());
            let down = a.white() & c.black() & b.clears_up(a) & c.clears_down(b) & c.close().below(a.close() - depth());
            either(s.doji(b) & s.long(a) & s.longer_than_short(c), up, down)
        })
    },
};

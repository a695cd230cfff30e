//! Advance Block.

use crate::indicator::pattern::settings::{
    FAR_FACTOR, FAR_PERIOD, LONG_FACTOR, LONG_PERIOD, NEAR_FACTOR, NEAR_PERIOD, SHADOW_LONG_FACTOR, SHADOW_LONG_PERIOD,
    SHADOW_SHORT_FACTOR, SHADOW_SHORT_PERIOD,
};
use crate::indicator::pattern::shape::{CANDLE, Candle, bearish, candles, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Advance Block.
pub(in crate::indicator) static CDL_ADVANCEBLOCK: Indicator = Indicator {
    name: "cdl_advanceblock",
    title: "Advance Block",
    summary: "Three white candles whose advance weakens.",
    formula: "all three are white and close successively higher; b opens above the open of a and within or near its body, c likewise in b; a is long with a short upper shadow; and the advance weakens: b is far shorter than a and c not much longer than b, or c is far shorter than b, or the bodies shrink and b or c has an upper shadow that is not short, or c is shorter than b and has a long upper shadow: -100",
    source: "TA-Lib 0.8.3 CDLADVANCEBLOCK",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[
        LONG_PERIOD,
        LONG_FACTOR,
        SHADOW_LONG_PERIOD,
        SHADOW_LONG_FACTOR,
        SHADOW_SHORT_PERIOD,
        SHADOW_SHORT_FACTOR,
        FAR_PERIOD,
        FAR_FACTOR,
        NEAR_PERIOD,
        NEAR_FACTOR,
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 2, |s| {
            let [a, b, c] = candles();
            let follows = |candle: Candle, of: Candle| {
                candle.close().above(of.close())
                    & candle.open().above(of.open())
                    & candle.open().at_most(of.close() + s.near(of))
            };
            let shrinks = || c.body().below(b.body());
            let tires = b.body().below(a.body() - s.far(a)) & c.body().below(b.body() + s.near(b))
                | c.body().below(b.body() - s.far(b))
                | shrinks() & b.body().below(a.body()) & (s.longer_upper(c) | s.longer_upper(b))
                | shrinks() & s.long_upper(c);
            bearish(
                a.white()
                    & b.white()
                    & c.white()
                    & follows(b, a)
                    & follows(c, b)
                    & s.long(a)
                    & s.short_upper(a)
                    & tires,
            )
        })
    },
};

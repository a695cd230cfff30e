//! Three Stars In The South.

use crate::indicator::pattern::settings::{
    LONG_FACTOR, LONG_PERIOD, SHADOW_LONG_FACTOR, SHADOW_LONG_PERIOD, SHADOW_VERY_SHORT_FACTOR,
    SHADOW_VERY_SHORT_PERIOD, SHORT_FACTOR, SHORT_PERIOD,
};
use crate::indicator::pattern::shape::{CANDLE, bullish, candles, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Three Stars In The South.
pub(in crate::indicator) static CDL_3STARSINSOUTH: Indicator = Indicator {
    name: "cdl_3starsinsouth",
    title: "Three Stars In The South",
    summary: "A decline of three black candles of decreasing size.",
    formula: "all three are black; a is long with a long lower shadow; b has a smaller body, opens above the close of a but not above its high, goes below the close of a but not below its low, and has a lower shadow; c is short, has very short shadows and is within the range of b: 100",
    source: "TA-Lib 0.8.3 CDL3STARSINSOUTH",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[
        LONG_PERIOD,
        LONG_FACTOR,
        SHORT_PERIOD,
        SHORT_FACTOR,
        SHADOW_LONG_PERIOD,
        SHADOW_LONG_FACTOR,
        SHADOW_VERY_SHORT_PERIOD,
        SHADOW_VERY_SHORT_FACTOR,
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 2, |s| {
            let [a, b, c] = candles();
            bullish(
                a.black()
                    & b.black()
                    & c.black()
                    & c.inside(b)
                    & s.long(a)
                    & s.long_lower(a)
                    & s.short(c)
                    & b.body().below(a.body())
                    & b.open().above(a.close())
                    & b.open().at_most(a.high())
                    & b.low().below(a.close())
                    & b.low().at_least(a.low())
                    & s.some_lower(b)
                    & s.no_lower(c)
                    & s.no_upper(c),
            )
        })
    },
};

//! Three Advancing White Soldiers.

use crate::indicator::pattern::settings::{
    FAR_FACTOR, FAR_PERIOD, NEAR_FACTOR, NEAR_PERIOD, SHADOW_VERY_SHORT_FACTOR, SHADOW_VERY_SHORT_PERIOD, SHORT_FACTOR,
    SHORT_PERIOD,
};
use crate::indicator::pattern::shape::{CANDLE, Candle, bullish, candles, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Three Advancing White Soldiers.
pub(in crate::indicator) static CDL_3WHITESOLDIERS: Indicator = Indicator {
    name: "cdl_3whitesoldiers",
    title: "Three Advancing White Soldiers",
    summary: "Three consecutive white candles, each opening within the previous body and closing at its high.",
    formula: "all three are white with a very short upper shadow and close successively higher; b opens above the open of a and within or near its body, c likewise in b; no body is far shorter than the one before; c is not short: 100",
    source: "TA-Lib 0.8.3 CDL3WHITESOLDIERS",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[
        SHORT_PERIOD,
        SHORT_FACTOR,
        FAR_PERIOD,
        FAR_FACTOR,
        NEAR_PERIOD,
        NEAR_FACTOR,
        SHADOW_VERY_SHORT_PERIOD,
        SHADOW_VERY_SHORT_FACTOR,
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 2, |s| {
            let [a, b, c] = candles();
            let follows = |candle: Candle, of: Candle| {
                candle.close().above(of.close())
                    & candle.open().above(of.open())
                    & candle.open().at_most(of.close() + s.near(of))
                    & candle.body().above(of.body() - s.far(of))
            };
            bullish(
                a.white()
                    & b.white()
                    & c.white()
                    & s.no_upper(a)
                    & s.no_upper(b)
                    & s.no_upper(c)
                    & follows(b, a)
                    & follows(c, b)
                    & s.longer_than_short(c),
            )
        })
    },
};

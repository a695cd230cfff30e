//! Rickshaw Man.

use crate::indicator::pattern::settings::{
    DOJI_FACTOR, DOJI_PERIOD, NEAR_FACTOR, NEAR_PERIOD, SHADOW_LONG_FACTOR, SHADOW_LONG_PERIOD,
};
use crate::indicator::pattern::shape::{CANDLE, bullish, candles, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Rickshaw Man.
pub(in crate::indicator) static CDL_RICKSHAWMAN: Indicator = Indicator {
    name: "cdl_rickshawman",
    title: "Rickshaw Man",
    summary: "A doji in the middle of its range, with long shadows.",
    formula: "a is a doji, both its shadows are long and its body is near the middle of its range: 100",
    source: "TA-Lib 0.8.3 CDLRICKSHAWMAN",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[DOJI_PERIOD, DOJI_FACTOR, SHADOW_LONG_PERIOD, SHADOW_LONG_FACTOR, NEAR_PERIOD, NEAR_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 0, |s| {
            let [a] = candles();
            let middle = || a.low() + a.half_range();
            bullish(
                s.doji(a)
                    & s.long_lower(a)
                    & s.long_upper(a)
                    & a.bottom().at_most(middle() + s.near(a))
                    & a.top().at_least(middle() - s.near(a)),
            )
        })
    },
};

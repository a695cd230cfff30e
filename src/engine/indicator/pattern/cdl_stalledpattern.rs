//! Stalled Pattern.

use crate::indicator::pattern::settings::{
    LONG_FACTOR, LONG_PERIOD, NEAR_FACTOR, NEAR_PERIOD, SHADOW_VERY_SHORT_FACTOR, SHADOW_VERY_SHORT_PERIOD,
    SHORT_FACTOR, SHORT_PERIOD,
};
use crate::indicator::pattern::shape::{CANDLE, bearish, candles, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Stalled Pattern.
pub(in crate::indicator) static CDL_STALLEDPATTERN: Indicator = Indicator {
    name: "cdl_stalledpattern",
    title: "Stalled Pattern",
    summary: "Two long white candles and a short one near the close of the second.",
    formula: "all three are white and close successively higher; a and b are long, b has a very short upper shadow and opens above the open of a and within or near its body; c is short and opens no further below the close of b than its own body plus the near distance: -100",
    source: "TA-Lib 0.8.3 CDLSTALLEDPATTERN",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[
        LONG_PERIOD,
        LONG_FACTOR,
        SHORT_PERIOD,
        SHORT_FACTOR,
        SHADOW_VERY_SHORT_PERIOD,
        SHADOW_VERY_SHORT_FACTOR,
        NEAR_PERIOD,
        NEAR_FACTOR,
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 2, |s| {
            let [a, b, c] = candles();
            bearish(
                a.white()
                    & b.white()
                    & c.white()
                    & b.close().above(a.close())
                    & c.close().above(b.close())
                    & s.long(a)
                    & s.long(b)
                    & s.short(c)
                    & s.no_upper(b)
                    & b.open().above(a.open())
                    & b.open().at_most(a.close() + s.near(a))
                    & c.open().at_least(b.close() - c.body() - s.near(b)),
            )
        })
    },
};

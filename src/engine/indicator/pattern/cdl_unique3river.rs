//! Unique 3 River.

use crate::indicator::pattern::settings::{LONG_FACTOR, LONG_PERIOD, SHORT_FACTOR, SHORT_PERIOD};
use crate::indicator::pattern::shape::{CANDLE, bullish, candles, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Unique 3 River.
pub(in crate::indicator) static CDL_UNIQUE3RIVER: Indicator = Indicator {
    name: "cdl_unique3river",
    title: "Unique 3 River",
    summary: "A long black candle, a black one with a lower low, and a short white one.",
    formula: "a is black and long; b is black, closes above the close of a, opens no higher than a and has a lower low; c is white, short and opens above the low of b: 100",
    source: "TA-Lib 0.8.3 CDLUNIQUE3RIVER",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[LONG_PERIOD, LONG_FACTOR, SHORT_PERIOD, SHORT_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 2, |s| {
            let [a, b, c] = candles();
            bullish(
                a.black()
                    & b.black()
                    & c.white()
                    & b.close().above(a.close())
                    & b.open().at_most(a.open())
                    & b.low().below(a.low())
                    & c.open().above(b.low())
                    & s.long(a)
                    & s.short(c),
            )
        })
    },
};

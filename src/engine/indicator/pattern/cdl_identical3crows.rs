//! Identical Three Crows.

use crate::indicator::pattern::settings::{
    EQUAL_FACTOR, EQUAL_PERIOD, SHADOW_VERY_SHORT_FACTOR, SHADOW_VERY_SHORT_PERIOD,
};
use crate::indicator::pattern::shape::{CANDLE, bearish, candles, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Identical Three Crows.
pub(in crate::indicator) static CDL_IDENTICAL3CROWS: Indicator = Indicator {
    name: "cdl_identical3crows",
    title: "Identical Three Crows",
    summary: "Three consecutive black candles, each opening at the previous close.",
    formula: "all three are black with a very short lower shadow and close successively lower; the open of b nearly equals the close of a, that of c to that of b: -100",
    source: "TA-Lib 0.8.3 CDLIDENTICAL3CROWS",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[SHADOW_VERY_SHORT_PERIOD, SHADOW_VERY_SHORT_FACTOR, EQUAL_PERIOD, EQUAL_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 2, |s| {
            let [a, b, c] = candles();
            bearish(
                a.black()
                    & b.black()
                    & c.black()
                    & b.close().below(a.close())
                    & c.close().below(b.close())
                    & s.no_lower(a)
                    & s.no_lower(b)
                    & s.no_lower(c)
                    & s.equal(a, b.open(), a.close())
                    & s.equal(b, c.open(), b.close()),
            )
        })
    },
};

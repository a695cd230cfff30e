//! Counterattack.

use crate::indicator::pattern::settings::{EQUAL_FACTOR, EQUAL_PERIOD, LONG_FACTOR, LONG_PERIOD};
use crate::indicator::pattern::shape::{CANDLE, candles, either, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Counterattack.
pub(in crate::indicator) static CDL_COUNTERATTACK: Indicator = Indicator {
    name: "cdl_counterattack",
    title: "Counterattack",
    summary: "Two long candles of opposite color with nearly equal closes.",
    formula: "both are long and of opposite colors with nearly equal closes: 100 where b is white, -100 where it is black",
    source: "TA-Lib 0.8.3 CDLCOUNTERATTACK",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[LONG_PERIOD, LONG_FACTOR, EQUAL_PERIOD, EQUAL_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 1, |s| {
            let [a, b] = candles();
            either(
                s.long(a) & s.long(b) & s.equal(a, b.close(), a.close()),
                a.black() & b.white(),
                a.white() & b.black(),
            )
        })
    },
};

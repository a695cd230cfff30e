//! Piercing Pattern.

use crate::indicator::pattern::settings::{LONG_FACTOR, LONG_PERIOD};
use crate::indicator::pattern::shape::{CANDLE, bullish, candles, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Piercing Pattern.
pub(in crate::indicator) static CDL_PIERCING: Indicator = Indicator {
    name: "cdl_piercing",
    title: "Piercing Pattern",
    summary: "A long white candle that opens below a long black one and closes in the upper half of its body.",
    formula: "a is black and long; b is white and long, opens below the low of a and closes within the body of a above its middle: 100",
    source: "TA-Lib 0.8.3 CDLPIERCING",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[LONG_PERIOD, LONG_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 1, |s| {
            let [a, b] = candles();
            bullish(
                a.black()
                    & b.white()
                    & b.open().below(a.low())
                    & s.long(a)
                    & s.long(b)
                    & b.close().below(a.open())
                    & b.close().above(a.close() + a.body_part(0.5)),
            )
        })
    },
};

//! Harami Pattern.

use crate::indicator::pattern::settings::{LONG_FACTOR, LONG_PERIOD, SHORT_FACTOR, SHORT_PERIOD};
use crate::indicator::pattern::shape::{CANDLE, candles, first_of, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Harami Pattern.
pub(in crate::indicator) static CDL_HARAMI: Indicator = Indicator {
    name: "cdl_harami",
    title: "Harami Pattern",
    summary: "A short body within the previous long body.",
    formula: "a is long; the body of b is short and within that of a: 100 where a is black, -100 where it is white; 80 and -80 where one end is equal",
    source: "TA-Lib 0.8.3 CDLHARAMI",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[SHORT_PERIOD, SHORT_FACTOR, LONG_PERIOD, LONG_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 1, |s| {
            let [a, b] = candles();
            let within =
                s.long(a) & !s.longer_than_short(b) & b.top().at_most(a.top()) & b.bottom().at_least(a.bottom());
            first_of(
                within,
                [
                    (100.0, a.black() & b.body_inside(a)),
                    (-100.0, a.white() & b.body_inside(a)),
                    (80.0, a.black()),
                    (-80.0, a.white()),
                ],
            )
        })
    },
};

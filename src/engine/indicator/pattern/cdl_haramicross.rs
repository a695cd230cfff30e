//! Harami Cross Pattern.

use crate::indicator::pattern::settings::{DOJI_FACTOR, DOJI_PERIOD, LONG_FACTOR, LONG_PERIOD};
use crate::indicator::pattern::shape::{CANDLE, candles, first_of, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Harami Cross Pattern.
pub(in crate::indicator) static CDL_HARAMICROSS: Indicator = Indicator {
    name: "cdl_haramicross",
    title: "Harami Cross Pattern",
    summary: "A doji within the previous long body.",
    formula: "a is long; b is a doji whose body is within that of a: 100 where a is black, -100 where it is white; 80 and -80 where one end is equal",
    source: "TA-Lib 0.8.3 CDLHARAMICROSS",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[DOJI_PERIOD, DOJI_FACTOR, LONG_PERIOD, LONG_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 1, |s| {
            let [a, b] = candles();
            let within = s.doji(b) & s.long(a) & b.top().at_most(a.top()) & b.bottom().at_least(a.bottom());
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

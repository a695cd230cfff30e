//! Three Inside Up/Down.

use crate::indicator::pattern::settings::{LONG_FACTOR, LONG_PERIOD, SHORT_FACTOR, SHORT_PERIOD};
use crate::indicator::pattern::shape::{CANDLE, candles, either, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Three Inside Up/Down.
pub(in crate::indicator) static CDL_3INSIDE: Indicator = Indicator {
    name: "cdl_3inside",
    title: "Three Inside Up/Down",
    summary: "A short body within a long one, confirmed by a close beyond the long body: a reversal.",
    formula: "a is long; the body of b is short and within that of a; c is of the opposite color to a and closes beyond the open of a: 100 where a is black, -100 where it is white",
    source: "TA-Lib 0.8.3 CDL3INSIDE",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[LONG_PERIOD, LONG_FACTOR, SHORT_PERIOD, SHORT_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 2, |s| {
            let [a, b, c] = candles();
            either(
                s.long(a) & b.body_inside(a) & !s.longer_than_short(b),
                a.black() & c.white() & c.close().above(a.open()),
                a.white() & c.black() & c.close().below(a.open()),
            )
        })
    },
};

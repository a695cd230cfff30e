//! Tasuki Gap.

use crate::indicator::pattern::settings::{NEAR_FACTOR, NEAR_PERIOD};
use crate::indicator::pattern::shape::{CANDLE, always, candles, either, opens_within, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Tasuki Gap.
pub(in crate::indicator) static CDL_TASUKIGAP: Indicator = Indicator {
    name: "cdl_tasukigap",
    title: "Tasuki Gap",
    summary: "A gap that the third candle enters but does not close.",
    formula: "the body of b is beyond that of a; c is of the opposite color to b and about as long, opens within the body of b and closes beyond it within the gap: 100 where b is white and above, -100 where it is black and below",
    source: "TA-Lib 0.8.3 CDLTASUKIGAP",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[NEAR_PERIOD, NEAR_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 2, |s| {
            let [a, b, c] = candles();
            let alike = (b.body() - c.body()).below(s.near(b)) & (c.body() - b.body()).below(s.near(b));
            let up = b.white()
                & c.black()
                & b.gaps_up(a)
                & opens_within(c, b)
                & c.close().below(b.open())
                & c.close().above(a.top());
            let down = b.black()
                & c.white()
                & b.gaps_down(a)
                & opens_within(c, b)
                & c.close().above(b.open())
                & c.close().below(a.bottom());
            either(always(), up & alike.clone(), down & alike)
        })
    },
};

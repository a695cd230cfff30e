//! Upside/Downside Gap Three Methods.

use crate::indicator::pattern::shape::{CANDLE, always, candles, either, opens_within, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Upside/Downside Gap Three Methods.
pub(in crate::indicator) static CDL_XSIDEGAP3METHODS: Indicator = Indicator {
    name: "cdl_xsidegap3methods",
    title: "Upside/Downside Gap Three Methods",
    summary: "A gap between two candles of the same color, filled by the third.",
    formula: "a and b are of the same color and the body of b is beyond that of a; c is of the opposite color, opens within the body of b and closes within that of a: 100 where a is white and the gap upward, -100 where it is black and the gap downward",
    source: "TA-Lib 0.8.3 CDLXSIDEGAP3METHODS",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 2, |_| {
            let [a, b, c] = candles();
            let fills = || opens_within(c, b) & c.close().below(a.top()) & c.close().above(a.bottom());
            either(
                always(),
                a.white() & b.white() & c.black() & b.gaps_up(a) & fills(),
                a.black() & b.black() & c.white() & b.gaps_down(a) & fills(),
            )
        })
    },
};

//! Breakaway.

use crate::indicator::pattern::settings::{LONG_FACTOR, LONG_PERIOD};
use crate::indicator::pattern::shape::{CANDLE, candles, either, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Breakaway.
pub(in crate::indicator) static CDL_BREAKAWAY: Indicator = Indicator {
    name: "cdl_breakaway",
    title: "Breakaway",
    summary: "A gap away from a long candle, a continued drift, and a candle that closes back into the gap.",
    formula: "a is long; b is of the same color and its body is beyond that of a; c and d have highs and lows successively further in that direction; d is of the color of a, e of the opposite color and closes between the open of b and the close of a: 100 where a is black, -100 where it is white",
    source: "TA-Lib 0.8.3 CDLBREAKAWAY",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[LONG_PERIOD, LONG_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 4, |s| {
            let [a, b, c, d, e] = candles();
            let up = a.black()
                & b.black()
                & d.black()
                & e.white()
                & b.gaps_down(a)
                & c.lower(b)
                & d.lower(c)
                & e.close().above(b.open())
                & e.close().below(a.close());
            let down = a.white()
                & b.white()
                & d.white()
                & e.black()
                & b.gaps_up(a)
                & c.higher(b)
                & d.higher(c)
                & e.close().below(b.open())
                & e.close().above(a.close());
            either(s.long(a), up, down)
        })
    },
};

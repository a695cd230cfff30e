//! Three-Line Strike.

use crate::indicator::pattern::settings::{NEAR_FACTOR, NEAR_PERIOD};
use crate::indicator::pattern::shape::{CANDLE, Candle, always, candles, either, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Three-Line Strike.
pub(in crate::indicator) static CDL_3LINESTRIKE: Indicator = Indicator {
    name: "cdl_3linestrike",
    title: "Three-Line Strike",
    summary: "Three candles in one direction and a fourth that reverses them all.",
    formula: "a, b and c are of the same color and close successively further; b opens within or near the body of a, c within or near that of b; d is of the opposite color, opens beyond the close of c and closes beyond the open of a: 100 where the three are white, -100 where they are black",
    source: "TA-Lib 0.8.3 CDL3LINESTRIKE",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[NEAR_PERIOD, NEAR_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 3, |s| {
            let [a, b, c, d] = candles();
            let opens_near = |candle: Candle, of: Candle| {
                candle.open().at_least(of.bottom() - s.near(of)) & candle.open().at_most(of.top() + s.near(of))
            };
            let up = a.white()
                & b.white()
                & c.white()
                & d.black()
                & c.close().above(b.close())
                & b.close().above(a.close())
                & d.open().above(c.close())
                & d.close().below(a.open());
            let down = a.black()
                & b.black()
                & c.black()
                & d.white()
                & c.close().below(b.close())
                & b.close().below(a.close())
                & d.open().below(c.close())
                & d.close().above(a.open());
            either(always(), up & opens_near(b, a) & opens_near(c, b), down & opens_near(b, a) & opens_near(c, b))
        })
    },
};

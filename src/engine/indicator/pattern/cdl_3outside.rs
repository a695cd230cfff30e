//! Three Outside Up/Down.

use crate::indicator::pattern::shape::{CANDLE, always, candles, either, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Three Outside Up/Down.
pub(in crate::indicator) static CDL_3OUTSIDE: Indicator = Indicator {
    name: "cdl_3outside",
    title: "Three Outside Up/Down",
    summary: "A body that engulfs the previous one, confirmed by a further close: a reversal.",
    formula: "the body of b engulfs that of a, which is of the opposite color; c closes beyond the close of b: 100 where b is white, -100 where it is black",
    source: "TA-Lib 0.8.3 CDL3OUTSIDE",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 3, |_| {
            let [a, b, c] = candles();
            let up = b.white()
                & a.black()
                & b.close().above(a.open())
                & b.open().below(a.close())
                & c.close().above(b.close());
            let down = b.black()
                & a.white()
                & b.open().above(a.close())
                & b.close().below(a.open())
                & c.close().below(b.close());
            either(always(), up, down)
        })
    },
};

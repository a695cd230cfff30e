//! Rising/Falling Three Methods.

use crate::indicator::pattern::settings::{LONG_FACTOR, LONG_PERIOD, SHORT_FACTOR, SHORT_PERIOD};
use crate::indicator::pattern::shape::{CANDLE, Candle, always, candles, either, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Rising/Falling Three Methods.
pub(in crate::indicator) static CDL_RISEFALL3METHODS: Indicator = Indicator {
    name: "cdl_risefall3methods",
    title: "Rising/Falling Three Methods",
    summary: "A long candle, three short ones against it, and a long one that continues its direction.",
    formula: "a and e are long and of the same color, b, c and d are short and of the opposite color; the bodies of b, c and d reach into the range of a and they close successively further against it; e opens beyond the close of d and closes beyond that of a: 100 where a is white, -100 where it is black",
    source: "TA-Lib 0.8.3 CDLRISEFALL3METHODS",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[SHORT_PERIOD, SHORT_FACTOR, LONG_PERIOD, LONG_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 4, |s| {
            let [a, b, c, d, e] = candles();
            let reaches = |candle: Candle| candle.bottom().below(a.high()) & candle.top().above(a.low());
            let both =
                s.short(b) & s.short(c) & s.short(d) & s.long(a) & s.long(e) & reaches(b) & reaches(c) & reaches(d);
            let up = a.white()
                & b.black()
                & c.black()
                & d.black()
                & e.white()
                & c.close().below(b.close())
                & d.close().below(c.close())
                & e.open().above(d.close())
                & e.close().above(a.close());
            let down = a.black()
                & b.white()
                & c.white()
                & d.white()
                & e.black()
                & c.close().above(b.close())
                & d.close().above(c.close())
                & e.open().below(d.close())
                & e.close().below(a.close());
            either(always(), up & both.clone(), down & both)
        })
    },
};

//! Three Black Crows.

use crate::indicator::pattern::settings::{SHADOW_VERY_SHORT_FACTOR, SHADOW_VERY_SHORT_PERIOD};
use crate::indicator::pattern::shape::{CANDLE, bearish, candles, opens_within, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Three Black Crows.
pub(in crate::indicator) static CDL_3BLACKCROWS: Indicator = Indicator {
    name: "cdl_3blackcrows",
    title: "Three Black Crows",
    summary: "Three consecutive black candles, each opening within the previous body and closing at its low.",
    formula: "a is white; b, c and d are black with a very short lower shadow and close successively lower; c opens within the body of b and d within that of c; b closes below the high of a: -100",
    source: "TA-Lib 0.8.3 CDL3BLACKCROWS",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[SHADOW_VERY_SHORT_PERIOD, SHADOW_VERY_SHORT_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 3, |s| {
            let [a, b, c, d] = candles();
            bearish(
                a.white()
                    & b.black()
                    & c.black()
                    & d.black()
                    & c.close().below(b.close())
                    & d.close().below(c.close())
                    & opens_within(c, b)
                    & opens_within(d, c)
                    & b.close().below(a.high())
                    & s.no_lower(b)
                    & s.no_lower(c)
                    & s.no_lower(d),
            )
        })
    },
};

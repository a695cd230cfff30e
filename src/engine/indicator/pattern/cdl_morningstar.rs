//! Morning Star.

use crate::indicator::pattern::settings::{LONG_FACTOR, LONG_PERIOD, SHORT_FACTOR, SHORT_PERIOD, penetration};
use crate::indicator::pattern::shape::{CANDLE, bullish, candles, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Morning Star.
pub(in crate::indicator) static CDL_MORNINGSTAR: Indicator = Indicator {
    name: "cdl_morningstar",
    title: "Morning Star",
    summary: "A long black candle, a short body below it, and a white candle that closes back into the first body.",
    formula: "a is black and long; the body of b is short and below that of a; c is white, not short and closes more than `penetration` into the body of a: 100",
    source: "TA-Lib 0.8.3 CDLMORNINGSTAR",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[penetration(0.3), LONG_PERIOD, LONG_FACTOR, SHORT_PERIOD, SHORT_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 2, |s| {
            let [a, b, c] = candles();
            bullish(
                a.black()
                    & c.white()
                    & b.gaps_down(a)
                    & s.long(a)
                    & !s.longer_than_short(b)
                    & s.longer_than_short(c)
                    & c.close().above(a.close() + a.body_part(s.penetration())),
            )
        })
    },
};

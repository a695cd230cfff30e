//! Morning Doji Star.

use crate::indicator::pattern::settings::{
    DOJI_FACTOR, DOJI_PERIOD, LONG_FACTOR, LONG_PERIOD, SHORT_FACTOR, SHORT_PERIOD, penetration,
};
use crate::indicator::pattern::shape::{CANDLE, bullish, candles, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Morning Doji Star.
pub(in crate::indicator) static CDL_MORNINGDOJISTAR: Indicator = Indicator {
    name: "cdl_morningdojistar",
    title: "Morning Doji Star",
    summary: "A long black candle, a doji below it, and a white candle that closes back into the first body.",
    formula: "a is black and long; b is a doji whose body is below that of a; c is white, not short and closes more than `penetration` into the body of a: 100",
    source: "TA-Lib 0.8.3 CDLMORNINGDOJISTAR",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[penetration(0.3), DOJI_PERIOD, DOJI_FACTOR, LONG_PERIOD, LONG_FACTOR, SHORT_PERIOD, SHORT_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 2, |s| {
            let [a, b, c] = candles();
            bullish(
                a.black()
                    & c.white()
                    & b.gaps_down(a)
                    & s.doji(b)
                    & s.long(a)
                    & s.longer_than_short(c)
                    & c.close().above(a.close() + a.body_part(s.penetration())),
            )
        })
    },
};

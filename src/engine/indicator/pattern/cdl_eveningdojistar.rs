//! Evening Doji Star.

use crate::indicator::pattern::settings::{
    DOJI_FACTOR, DOJI_PERIOD, LONG_FACTOR, LONG_PERIOD, SHORT_FACTOR, SHORT_PERIOD, penetration,
};
use crate::indicator::pattern::shape::{CANDLE, bearish, candles, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Evening Doji Star.
pub(in crate::indicator) static CDL_EVENINGDOJISTAR: Indicator = Indicator {
    name: "cdl_eveningdojistar",
    title: "Evening Doji Star",
    summary: "A long white candle, a doji above it, and a black candle that closes back into the first body.",
    formula: "a is white and long; b is a doji whose body is above that of a; c is black, not short and closes more than `penetration` into the body of a: -100",
    source: "TA-Lib 0.8.3 CDLEVENINGDOJISTAR",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[penetration(0.3), DOJI_PERIOD, DOJI_FACTOR, LONG_PERIOD, LONG_FACTOR, SHORT_PERIOD, SHORT_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 2, |s| {
            let [a, b, c] = candles();
            bearish(
                a.white()
                    & c.black()
                    & b.gaps_up(a)
                    & s.doji(b)
                    & s.long(a)
                    & s.longer_than_short(c)
                    & c.close().below(a.close() - a.body_part(s.penetration())),
            )
        })
    },
};

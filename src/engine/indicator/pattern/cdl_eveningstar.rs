//! Evening Star.

use crate::indicator::pattern::settings::{LONG_FACTOR, LONG_PERIOD, SHORT_FACTOR, SHORT_PERIOD, penetration};
use crate::indicator::pattern::shape::{CANDLE, bearish, candles, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Evening Star.
pub(in crate::indicator) static CDL_EVENINGSTAR: Indicator = Indicator {
    name: "cdl_eveningstar",
    title: "Evening Star",
    summary: "A long white candle, a short body above it, and a black candle that closes back into the first body.",
    formula: "a is white and long; the body of b is short and above that of a; c is black, not short and closes more than `penetration` into the body of a: -100",
    source: "TA-Lib 0.8.3 CDLEVENINGSTAR",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[penetration(0.3), LONG_PERIOD, LONG_FACTOR, SHORT_PERIOD, SHORT_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 2, |s| {
            let [a, b, c] = candles();
            bearish(
                a.white()
                    & c.black()
                    & b.gaps_up(a)
                    & s.long(a)
                    & !s.longer_than_short(b)
                    & s.longer_than_short(c)
                    & c.close().below(a.close() - a.body_part(s.penetration())),
            )
        })
    },
};

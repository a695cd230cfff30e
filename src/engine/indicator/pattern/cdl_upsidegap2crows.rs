//! Upside Gap Two Crows.

use crate::indicator::pattern::settings::{LONG_FACTOR, LONG_PERIOD, SHORT_FACTOR, SHORT_PERIOD};
use crate::indicator::pattern::shape::{CANDLE, bearish, candles, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Upside Gap Two Crows.
pub(in crate::indicator) static CDL_UPSIDEGAP2CROWS: Indicator = Indicator {
    name: "cdl_upsidegap2crows",
    title: "Upside Gap Two Crows",
    summary: "A long white candle and two black ones above it, the second engulfing the first.",
    formula: "a is white and long; b is black and short with its body above that of a; c is black, opens above the open of b and closes below its close, but above that of a: -100",
    source: "TA-Lib 0.8.3 CDLUPSIDEGAP2CROWS",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[LONG_PERIOD, LONG_FACTOR, SHORT_PERIOD, SHORT_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 2, |s| {
            let [a, b, c] = candles();
            bearish(
                a.white()
                    & b.black()
                    & c.black()
                    & b.gaps_up(a)
                    & s.long(a)
                    & !s.longer_than_short(b)
                    & c.open().above(b.open())
                    & c.close().below(b.close())
                    & c.close().above(a.close()),
            )
        })
    },
};

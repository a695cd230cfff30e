//! Concealing Baby Swallow.

use crate::indicator::pattern::settings::{SHADOW_VERY_SHORT_FACTOR, SHADOW_VERY_SHORT_PERIOD};
use crate::indicator::pattern::shape::{CANDLE, bullish, candles, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Concealing Baby Swallow.
pub(in crate::indicator) static CDL_CONCEALBABYSWALL: Indicator = Indicator {
    name: "cdl_concealbabyswall",
    title: "Concealing Baby Swallow",
    summary: "Four black candles, the last of which engulfs the third including its shadows.",
    formula: "all four are black; a and b have very short shadows; the body of c is below that of b, but its upper shadow reaches above the close of b; the range of d engulfs that of c: 100",
    source: "TA-Lib 0.8.3 CDLCONCEALBABYSWALL",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[SHADOW_VERY_SHORT_PERIOD, SHADOW_VERY_SHORT_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 3, |s| {
            let [a, b, c, d] = candles();
            bullish(
                a.black()
                    & b.black()
                    & c.black()
                    & d.black()
                    & c.gaps_down(b)
                    & d.high().above(c.high())
                    & d.low().below(c.low())
                    & c.high().above(b.close())
                    & s.no_lower(a)
                    & s.no_upper(a)
                    & s.no_lower(b)
                    & s.no_upper(b)
                    & s.some_upper(c),
            )
        })
    },
};

//! Ladder Bottom.

use crate::indicator::pattern::settings::{SHADOW_VERY_SHORT_FACTOR, SHADOW_VERY_SHORT_PERIOD};
use crate::indicator::pattern::shape::{CANDLE, bullish, candles, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Ladder Bottom.
pub(in crate::indicator) static CDL_LADDERBOTTOM: Indicator = Indicator {
    name: "cdl_ladderbottom",
    title: "Ladder Bottom",
    summary: "Three falling black candles, a fourth with an upper shadow, and a white candle above it.",
    formula: "a, b and c are black with successively lower opens and closes; d is black with an upper shadow; e is white, opens above the open of d and closes above its high: 100",
    source: "TA-Lib 0.8.3 CDLLADDERBOTTOM",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[SHADOW_VERY_SHORT_PERIOD, SHADOW_VERY_SHORT_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 4, |s| {
            let [a, b, c, d, e] = candles();
            bullish(
                a.black()
                    & b.black()
                    & c.black()
                    & d.black()
                    & e.white()
                    & b.open().below(a.open())
                    & c.open().below(b.open())
                    & b.close().below(a.close())
                    & c.close().below(b.close())
                    & e.open().above(d.open())
                    & e.close().above(d.high())
                    & s.some_upper(d),
            )
        })
    },
};

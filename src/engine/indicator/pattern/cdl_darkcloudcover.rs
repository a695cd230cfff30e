//! Dark Cloud Cover.

use crate::indicator::pattern::settings::{LONG_FACTOR, LONG_PERIOD, penetration};
use crate::indicator::pattern::shape::{CANDLE, bearish, candles, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Dark Cloud Cover.
pub(in crate::indicator) static CDL_DARKCLOUDCOVER: Indicator = Indicator {
    name: "cdl_darkcloudcover",
    title: "Dark Cloud Cover",
    summary: "A black candle that opens above a long white one and closes deep within its body.",
    formula: "a is white and long; b is black, opens above the high of a and closes more than `penetration` into its body: -100",
    source: "TA-Lib 0.8.3 CDLDARKCLOUDCOVER",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[penetration(0.5), LONG_PERIOD, LONG_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 1, |s| {
            let [a, b] = candles();
            bearish(
                a.white()
                    & b.black()
                    & b.open().above(a.high())
                    & s.long(a)
                    & b.close().above(a.open())
                    & b.close().below(a.close() - a.body_part(s.penetration())),
            )
        })
    },
};

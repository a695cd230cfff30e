//! On-Neck Pattern.

use crate::indicator::pattern::settings::{EQUAL_FACTOR, EQUAL_PERIOD, LONG_FACTOR, LONG_PERIOD};
use crate::indicator::pattern::shape::{CANDLE, bearish, candles, pattern};
use crate::indicator::{Group, Indicator, Output};

/// On-Neck Pattern.
pub(in crate::indicator) static CDL_ONNECK: Indicator = Indicator {
    name: "cdl_onneck",
    title: "On-Neck Pattern",
    summary: "A white candle that opens below a long black one and closes at its low.",
    formula: "a is black and long; b is white, opens below the low of a and closes nearly equal to it: -100",
    source: "TA-Lib 0.8.3 CDLONNECK",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[LONG_PERIOD, LONG_FACTOR, EQUAL_PERIOD, EQUAL_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 1, |s| {
            let [a, b] = candles();
            bearish(a.black() & b.white() & b.open().below(a.low()) & s.long(a) & s.equal(a, b.close(), a.low()))
        })
    },
};

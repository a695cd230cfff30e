//! Hull Moving Average.

use crate::indicator::builders::hma;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Hull Moving Average.
pub(in crate::indicator) static HMA: Indicator = Indicator {
    name: "hma",
    title: "Hull Moving Average",
    summary: "A weighted moving average corrected for lag and smoothed again.",
    formula: "wma(2 * wma(x, period / 2) - wma(x, period), sqrt(period)), halves and roots rounded down",
    source: "TA-Lib 0.8.3 HMA",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 20, 1, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![hma(graph, x, args.integer("period"))]
    },
};

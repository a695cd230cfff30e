//! Simple moving average.

use crate::indicator::builders::sma;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Simple moving average.
pub(in crate::indicator) static SMA: Indicator = Indicator {
    name: "sma",
    title: "Simple Moving Average",
    summary: "The arithmetic mean of the window.",
    formula: "sum of the last `period` values / period",
    source: "TA-Lib 0.8.3 SMA",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::period(30)],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![sma(graph, x, args.integer("period"))]
    },
};

//! Rate of Change, Ratio.

use crate::indicator::builders::rocr;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Rate of Change, Ratio.
pub(in crate::indicator) static ROCR: Indicator = Indicator {
    name: "rocr",
    title: "Rate of Change, Ratio",
    summary: "The ratio of the value to its value a number of bars ago.",
    formula: "x / x[period], or 0 where x[period] is 0",
    source: "TA-Lib 0.8.3 ROCR",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 10, 1, "the lag in bars between the two values")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![rocr(graph, x, args.integer("period"), 1.0)]
    },
};

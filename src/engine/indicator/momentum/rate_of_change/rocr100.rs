//! Rate of Change, Ratio in Percent.

use crate::indicator::builders::rocr;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Rate of Change, Ratio in Percent.
pub(in crate::indicator) static ROCR100: Indicator = Indicator {
    name: "rocr100",
    title: "Rate of Change, Ratio in Percent",
    summary: "The ratio of the value to its value a number of bars ago, times 100.",
    formula: "x / x[period] * 100, or 0 where x[period] is 0",
    source: "TA-Lib 0.8.3 ROCR100",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 10, 1, "the lag in bars between the two values")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![rocr(graph, x, args.integer("period"), 100.0)]
    },
};

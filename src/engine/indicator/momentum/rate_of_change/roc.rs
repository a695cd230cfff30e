//! Rate of Change.

use crate::indicator::builders::roc;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Rate of Change.
pub(in crate::indicator) static ROC: Indicator = Indicator {
    name: "roc",
    title: "Rate of Change",
    summary: "The change of the value over a number of bars, in percent.",
    formula: "(x / x[period] - 1) * 100, or 0 where x[period] is 0",
    source: "TA-Lib 0.8.3 ROC",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 10, 1, "the lag in bars between the two values")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![roc(graph, x, args.integer("period"))]
    },
};

//! Linear Regression.

use crate::indicator::builders::regression_line;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Linear Regression.
pub(in crate::indicator) static LINEARREG: Indicator = Indicator {
    name: "linearreg",
    title: "Linear Regression",
    summary: "The linear regression line over the window, evaluated at the latest bar.",
    formula: "intercept + slope * (period - 1)",
    source: "TA-Lib 0.8.3 LINEARREG",
    group: Group::Statistic,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 14, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![regression_line(graph, x, args.integer("period"), 0.0)]
    },
};

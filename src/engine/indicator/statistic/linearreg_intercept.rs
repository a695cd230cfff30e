//! Linear Regression Intercept.

use crate::indicator::builders::regression_line;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Linear Regression Intercept.
pub(in crate::indicator) static LINEARREG_INTERCEPT: Indicator = Indicator {
    name: "linearreg_intercept",
    title: "Linear Regression Intercept",
    summary: "The linear regression line over the window, evaluated at the oldest bar.",
    formula: "mean of values - slope * (period - 1) / 2",
    source: "TA-Lib 0.8.3 LINEARREG_INTERCEPT",
    group: Group::Statistic,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 14, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        vec![regression_line(graph, x, window, 1.0 - window as f64)]
    },
};

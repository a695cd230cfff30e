//! Linear Regression Slope.

use crate::indicator::builders::regression_slope;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Linear Regression Slope.
pub(in crate::indicator) static LINEARREG_SLOPE: Indicator = Indicator {
    name: "linearreg_slope",
    title: "Linear Regression Slope",
    summary: "The slope of the linear regression line over the window, per bar.",
    formula: "covariance(value, bar index) / variance(bar index)",
    source: "TA-Lib 0.8.3 LINEARREG_SLOPE",
    group: Group::Statistic,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 14, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![regression_slope(graph, x, args.integer("period"))]
    },
};

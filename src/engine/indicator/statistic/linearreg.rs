//! Linear Regression.

use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{RegressionSlope, RegressionValue};

/// Linear Regression.
pub(in crate::indicator) static LINEARREG: Indicator = Indicator {
    name: "linearreg",
    title: "Linear Regression",
    summary: "The linear regression line over the window, evaluated at the latest bar.",
    formula: "intercept + slope * (period - 1)",
    source: "TA-Lib 0.8.3 LINEARREG",
    group: Group::Statistic,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 14, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![line(graph, x, args.integer("period"), 0.0)]
    },
};

/// The linear regression line extrapolated by a number of bars from the newest.
pub(in crate::indicator) fn line(graph: &mut Graph, x: Port, window: usize, ahead: f64) -> Port {
    graph.add(RegressionValue { window, ahead }, &[x])
}

/// The slope of the linear regression line.
pub(in crate::indicator) fn slope(graph: &mut Graph, x: Port, window: usize) -> Port {
    graph.add(RegressionSlope { window }, &[x])
}

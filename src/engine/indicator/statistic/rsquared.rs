//! Coefficient of Determination.

use crate::indicator::builders::regression_slope;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Clamp, StandardDeviation};

/// Coefficient of Determination.
pub(in crate::indicator) static RSQUARED: Indicator = Indicator {
    name: "rsquared",
    title: "R Squared",
    summary: "The coefficient of determination of the linear regression over the window, from 0 to 1.",
    formula: "square of the correlation of the values in the window with a straight line, or 0 where all values are equal",
    source: "Chande and Kroll, The New Technical Trader, 1994; Excel RSQ",
    group: Group::Statistic,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 14, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let slope = regression_slope(graph, x, window);
        let deviation = graph.add(StandardDeviation { window, ddof: 0 }, &[x]);
        let n = window as f64;
        let correlation = graph.percent([slope, deviation], ((n * n - 1.0) / 12.0).sqrt(), 0.0);
        let square = graph.times([correlation, correlation]);
        vec![graph.add(Clamp { min: 0.0, max: 1.0 }, &[square])]
    },
};

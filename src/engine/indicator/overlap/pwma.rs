//! Pascal Weighted Moving Average.

use crate::indicator::builders::{WeightShape, shaped_mean};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Pascal Weighted Moving Average.
pub(in crate::indicator) static PWMA: Indicator = Indicator {
    name: "pwma",
    title: "Pascal Weighted Moving Average",
    summary: "A moving average weighted by a row of Pascal's triangle, the largest weight in the middle.",
    formula: "sum of c(period - 1, i) * x[i] / 2^(period - 1), i from 0 to period - 1; c(n, k) = n! / (k! (n - k)!)",
    source: "pandas-ta pwma",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 10, 1, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![shaped_mean(graph, x, WeightShape::Pascal, args.integer("period"))]
    },
};

//! Fibonacci Weighted Moving Average.

use crate::indicator::builders::{WeightShape, shaped_mean};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Fibonacci Weighted Moving Average.
pub(in crate::indicator) static FWMA: Indicator = Indicator {
    name: "fwma",
    title: "Fibonacci Weighted Moving Average",
    summary: "A moving average weighted by Fibonacci numbers, the largest weight on the latest value.",
    formula: "sum of f(period - i) * x[i] / sum of f, i from 0 to period - 1; f = 1, 1, 2, 3, 5, ...",
    source: "pandas-ta fwma",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 10, 1, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![shaped_mean(graph, x, WeightShape::Fibonacci, args.integer("period"))]
    },
};

//! Sine Weighted Moving Average.

use crate::indicator::builders::{WeightShape, shaped_mean};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Sine Weighted Moving Average.
pub(in crate::indicator) static SINWMA: Indicator = Indicator {
    name: "sinwma",
    title: "Sine Weighted Moving Average",
    summary: "A moving average weighted by half a sine wave, the largest weight in the middle.",
    formula: "sum of w * x[i] / sum of w; w = sin(pi (i + 1) / (period + 1)), i from 0 to period - 1",
    source: "Everget, Sine Weighted Moving Average, TradingView; pandas-ta sinwma",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 14, 1, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![shaped_mean(graph, x, WeightShape::Sine, args.integer("period"))]
    },
};

//! Hann Windowed Moving Average.

use crate::indicator::builders::{WeightShape, shaped_mean};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Hann Windowed Moving Average.
pub(in crate::indicator) static HANN: Indicator = Indicator {
    name: "hann",
    title: "Hann Windowed Moving Average",
    summary: "A moving average with Hann window weights, which suppresses short cycles strongly.",
    formula: "sum of w * x[i] / sum of w; w = 1 - cos(2 pi (i + 1) / (period + 1)), i from 0 to period - 1",
    source: "John Ehlers, Windowing, Stocks & Commodities, September 2021",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 20, 1, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![shaped_mean(graph, x, WeightShape::Hann, args.integer("period"))]
    },
};

//! Moving Average Difference with Hann.

use crate::indicator::builders::{WeightShape, shaped_mean};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Moving Average Difference with Hann.
pub(in crate::indicator) static MADH: Indicator = Indicator {
    name: "madh",
    title: "Moving Average Difference with Hann",
    summary: "The difference of two Hann-windowed averages, half a dominant cycle apart, in percent of the longer.",
    formula: "100 * (hann(x, short) - hann(x, long)) / hann(x, long), or 0 where the denominator is 0; long = short + cycle / 2, rounded down",
    source: "John Ehlers, The MADH: The Moving Average Difference, Improved, Stocks & Commodities, November 2021",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("short", 8, 1, "the period of the shorter average, in bars"),
        Param::bars("cycle", 27, 1, "the dominant cycle, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let short = args.integer("short");
        let long = short + args.integer("cycle") / 2;
        let [fast, slow] = [short, long].map(|window| shaped_mean(graph, x, WeightShape::Hann, window));
        let apart = graph.minus([fast, slow]);
        vec![graph.percent([apart, slow], 100.0, 0.0)]
    },
};

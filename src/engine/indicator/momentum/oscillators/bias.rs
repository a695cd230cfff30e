//! Bias (Disparity Index).

use crate::indicator::builders::{SMA_FIRST, Smoothing};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Bias (Disparity Index).
pub(in crate::indicator) static BIAS: Indicator = Indicator {
    name: "bias",
    title: "Bias (Disparity Index)",
    summary: "The distance of the value from its moving average, in percent of the average.",
    formula: "100 * (x - ma(x, period)) / ma(x, period), or 0 where the denominator is 0",
    source: "Steve Nison, Beyond Candlesticks, 1994 (Disparity Index); pandas-ta bias (which omits the factor 100)",
    group: Group::Momentum,
    revision: 3,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 26, 1, "the period of the moving average, in bars"),
        Param::choice("ma", SMA_FIRST, "the type of moving average"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let average = Smoothing { kind: args.choice("ma"), period: args.integer("period") }.of(graph, x);
        let off = graph.minus([x, average]);
        vec![graph.percent([off, average], 100.0, 0.0)]
    },
};

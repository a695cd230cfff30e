//! Stochastic Oscillator.

use crate::indicator::builders::{SMA_FIRST, Smoothing, raw_stochastic};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Aligned;

/// Stochastic Oscillator.
pub(in crate::indicator) static STOCH: Indicator = Indicator {
    name: "stoch",
    title: "Stochastic Oscillator",
    summary: "The position of the close between the lowest low and the highest high of the window, smoothed twice.",
    formula: "raw = 100 * (close - min(low, fastk)) / (max(high, fastk) - min(low, fastk)), or 0 where the range is 0; k = ma(raw, slowk); d = ma(k, slowd)",
    source: "TA-Lib 0.8.3 STOCH",
    group: Group::Momentum,
    revision: 3,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("fastk", 5, 1, "the number of bars in the range"),
        Param::bars("slowk", 3, 1, "the smoothing period of k, in bars"),
        Param::bars("slowd", 3, 1, "the smoothing period of d, in bars"),
        Param::choice("ma", SMA_FIRST, "the type of moving average"),
    ],
    outputs: &[
        Output { name: "k", help: "the smoothed position of the close in the range, from 0 to 100" },
        Output { name: "d", help: "the moving average of k" },
    ],
    build: |graph, args| {
        let raw = raw_stochastic(graph, args.inputs(), args.integer("fastk"));
        let kind = args.choice("ma");
        let k = Smoothing { kind, period: args.integer("slowk") }.of(graph, raw);
        let d = Smoothing { kind, period: args.integer("slowd") }.of(graph, k);
        vec![graph.add(Aligned, &[k, d]), d]
    },
};

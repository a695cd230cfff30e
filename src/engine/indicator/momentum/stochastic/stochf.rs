//! Fast Stochastic Oscillator.

use crate::indicator::builders::{SMA_FIRST, Smoothing, raw_stochastic};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Aligned;

/// Fast Stochastic Oscillator.
pub(in crate::indicator) static STOCHF: Indicator = Indicator {
    name: "stochf",
    title: "Fast Stochastic Oscillator",
    summary: "The position of the close between the lowest low and the highest high of the window.",
    formula: "k = 100 * (close - min(low, fastk)) / (max(high, fastk) - min(low, fastk)), or 0 where the range is 0; d = ma(k, fastd)",
    source: "TA-Lib 0.8.3 STOCHF",
    group: Group::Momentum,
    revision: 3,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("fastk", 5, 1, "the number of bars in the range"),
        Param::bars("fastd", 3, 1, "the period of the moving average, in bars"),
        Param::choice("ma", SMA_FIRST, "the type of moving average"),
    ],
    outputs: &[
        Output { name: "k", help: "the position of the close in the range of the window, from 0 to 100" },
        Output { name: "d", help: "the moving average of k" },
    ],
    build: |graph, args| {
        let k = raw_stochastic(graph, args.inputs(), args.integer("fastk"));
        let d = Smoothing { kind: args.choice("ma"), period: args.integer("fastd") }.of(graph, k);
        vec![graph.add(Aligned, &[k, d]), d]
    },
};

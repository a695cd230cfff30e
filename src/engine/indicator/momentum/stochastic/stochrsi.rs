//! Stochastic Relative Strength Index.

use crate::indicator::builders::{SMA_FIRST, Smoothing, raw_stochastic, rsi};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Aligned;

/// Stochastic Relative Strength Index.
pub(in crate::indicator) static STOCHRSI: Indicator = Indicator {
    name: "stochrsi",
    title: "Stochastic Relative Strength Index",
    summary: "The position of the relative strength index within its own range over the window.",
    formula: "k = stochf of rsi(x, period) over fastk bars; d = ma(k, fastd)",
    source: "TA-Lib 0.8.3 STOCHRSI",
    group: Group::Momentum,
    revision: 3,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 14, 2, "the period of the relative strength index, in bars"),
        Param::bars("fastk", 5, 1, "the number of bars in the range"),
        Param::bars("fastd", 3, 1, "the period of the moving average, in bars"),
        Param::choice("ma", SMA_FIRST, "the type of moving average"),
    ],
    outputs: &[
        Output { name: "k", help: "the position of the index in its range, from 0 to 100" },
        Output { name: "d", help: "the moving average of k" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();
        let strength = rsi(graph, x, args.integer("period"));
        let k = raw_stochastic(graph, [strength; 3], args.integer("fastk"));
        let d = Smoothing { kind: args.choice("ma"), period: args.integer("fastd") }.of(graph, k);
        vec![graph.add(Aligned, &[k, d]), d]
    },
};

//! KDJ.

use crate::indicator::builders::{RMA_FIRST, Smoothing, raw_stochastic};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Aligned;

/// KDJ.
pub(in crate::indicator) static KDJ: Indicator = Indicator {
    name: "kdj",
    title: "KDJ",
    summary: "The stochastic oscillator with a third line, j = 3 k - 2 d.",
    formula: "k and d as in stoch; j = 3 * k - 2 * d",
    source: "TA-Lib 0.8.3 KDJ",
    group: Group::Momentum,
    revision: 3,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("fastk", 9, 1, "the number of bars in the range"),
        Param::bars("slowk", 3, 1, "the smoothing period of k, in bars"),
        Param::bars("slowd", 3, 1, "the smoothing period of d, in bars"),
        Param::choice("ma", RMA_FIRST, "the type of moving average"),
    ],
    outputs: &[
        Output { name: "k", help: "the smoothed position of the close in the range, from 0 to 100" },
        Output { name: "d", help: "the moving average of k" },
        Output { name: "j", help: "3 k - 2 d" },
    ],
    build: |graph, args| {
        let raw = raw_stochastic(graph, args.inputs(), args.integer("fastk"));
        let kind = args.choice("ma");
        let k = Smoothing { kind, period: args.integer("slowk") }.of(graph, raw);
        let d = Smoothing { kind, period: args.integer("slowd") }.of(graph, k);
        let gap = graph.minus([k, d]);
        let gap = graph.scaled(gap, 2.0);
        vec![graph.add(Aligned, &[k, d]), d, graph.plus([k, gap])]
    },
};

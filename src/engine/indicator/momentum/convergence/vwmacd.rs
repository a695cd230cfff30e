//! Volume Weighted MACD.

use crate::indicator::builders::{ema, vwema};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Aligned;

/// Volume Weighted MACD.
pub(in crate::indicator) static VWMACD: Indicator = Indicator {
    name: "vwmacd",
    title: "Volume Weighted MACD",
    summary: "A fast minus a slow volume-weighted exponential moving average, its signal line and the histogram.",
    formula: "macd = vwema(x, fast) - vwema(x, slow); signal = ema(macd, signal); hist = macd - signal; NaN while no volume has been traded",
    source: "Buff Dormeier, Investing with Volume Analysis, 2011",
    group: Group::Momentum,
    revision: 3,
    inputs: &[Input::CLOSE, Input::VOLUME],
    params: &[
        Param::bars("fast", 12, 1, "the period of the fast moving average, in bars"),
        Param::bars("slow", 26, 1, "the period of the slow moving average, in bars"),
        Param::bars("signal", 9, 1, "the period of the signal line, in bars"),
    ],
    outputs: &[
        Output { name: "macd", help: "the fast minus the slow moving average" },
        Output { name: "signal", help: "the signal line" },
        Output { name: "hist", help: "the histogram: MACD minus the signal line" },
    ],
    build: |graph, args| {
        let pair = args.inputs();
        let averages = ["fast", "slow"].map(|name| vwema(graph, pair, args.integer(name)));
        let line = graph.minus(averages);
        let signal = ema(graph, line, args.integer("signal"));
        vec![graph.add(Aligned, &[line, signal]), signal, graph.minus([line, signal])]
    },
};

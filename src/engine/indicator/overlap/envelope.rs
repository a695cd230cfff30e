//! Moving Average Envelope.

use crate::indicator::builders::{SMA_FIRST, Smoothing};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Moving Average Envelope.
pub(in crate::indicator) static ENVELOPE: Indicator = Indicator {
    name: "envelope",
    title: "Moving Average Envelope",
    summary: "A moving average with bands a fixed percentage above and below it.",
    formula: "middle = ma(x, period); upper = middle * (1 + percent / 100); lower = middle * (1 - percent / 100)",
    source: "StockCharts, Moving Average Envelopes",
    group: Group::Overlap,
    revision: 3,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 20, 1, "the period of the moving average, in bars"),
        Param::real("percent", 2.5, 0.0, 100.0, "the distance of the bands from the moving average, in percent"),
        Param::choice("ma", SMA_FIRST, "the type of moving average"),
    ],
    outputs: &[
        Output { name: "upper", help: "the upper band" },
        Output { name: "middle", help: "the moving average" },
        Output { name: "lower", help: "the lower band" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();
        let share = args.real("percent") / 100.0;
        let middle = Smoothing { kind: args.choice("ma"), period: args.integer("period") }.of(graph, x);
        vec![graph.scaled(middle, 1.0 + share), middle, graph.scaled(middle, 1.0 - share)]
    },
};

//! Moving Average Envelope.

use crate::indicator::builders::smoothing::{SMA_FIRST, Smoothing};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Moving Average Envelope.
pub(in crate::indicator) static ENVELOPE: Indicator = Indicator {
    name: "envelope",
    title: "Moving Average Envelope",
    summary: "A moving average with bands a fixed percentage above and below it.",
    formula: "middle = ma(x, period); upper = middle * (1 + percent / 100); lower = middle * (1 - percent / 100)",
    source: "StockCharts, Moving Average Envelopes",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 20, 1, "the number of bars of the average"),
        Param::real("percent", 2.5, 0.0, 100.0, "how far the lines are from the average, in percent of it"),
        Param::choice("ma", SMA_FIRST, "the kind of moving average"),
    ],
    outputs: &[
        Output { name: "upper", help: "the line above" },
        Output { name: "middle", help: "the average" },
        Output { name: "lower", help: "the line below" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();
        let share = args.real("percent") / 100.0;
        let middle = Smoothing { kind: args.choice("ma"), period: args.integer("period") }.of(graph, x);
        vec![graph.scaled(middle, 1.0 + share), middle, graph.scaled(middle, 1.0 - share)]
    },
};

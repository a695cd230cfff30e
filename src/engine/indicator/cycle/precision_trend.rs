//! Precision Trend.

use crate::indicator::builders::{high_pass, previous_or_self};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Precision Trend.
pub(in crate::indicator) static PRECISION_TREND: Indicator = Indicator {
    name: "precision_trend",
    title: "Precision Trend",
    summary: "The trend as the difference of two high-pass filters, without the lag of averages, and its rate of change.",
    formula: "trend = hp(x, long) - hp(x, short), rate = short / (2 pi) * (trend - trend[1]); hp = g (x - 2 x[1] + x[2]) + c hp[1] + d hp[2] with c, d and g as in ultimate_smoother; the input before the first bar is taken as its first value",
    source: "John Ehlers, Precision Trend Analysis, Stocks & Commodities, September 2024",
    group: Group::Cycle,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("long", 250, 2, "cycles longer than this many bars are removed"),
        Param::bars("short", 40, 2, "cycles shorter than this many bars are removed"),
    ],
    outputs: &[
        Output { name: "trend", help: "the trend, around 0" },
        Output { name: "rate", help: "the rate of change of the trend, scaled to its amplitude at the short period" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();
        let short = args.integer("short") as f64;
        let filters = [args.integer("long") as f64, short].map(|period| high_pass(graph, x, period));
        let trend = graph.minus(filters);
        let before = previous_or_self(graph, trend);
        let change = graph.minus([trend, before]);
        vec![trend, graph.scaled(change, short / std::f64::consts::TAU)]
    },
};

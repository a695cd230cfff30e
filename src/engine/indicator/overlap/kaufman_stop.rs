//! Kaufman Stop.

use crate::indicator::builders::sma;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Kaufman Stop.
pub(in crate::indicator) static KAUFMAN_STOP: Indicator = Indicator {
    name: "kaufman_stop",
    title: "Kaufman Stop",
    summary: "Stops a multiple of the mean range below the low and above the high.",
    formula: "long = low - multiplier * sma(high - low, period); short = high + multiplier * sma(high - low, period)",
    source: "Perry Kaufman, Trading Systems and Methods; jesse kaufmanstop",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[
        Param::bars("period", 22, 1, "the number of bars of the mean range"),
        Param::real("multiplier", 2.0, 0.0, 3e37, "the stop multiplier, in mean ranges"),
    ],
    outputs: &[
        Output { name: "long", help: "the stop below prices" },
        Output { name: "short", help: "the stop above prices" },
    ],
    build: |graph, args| {
        let [high, low] = args.inputs();
        let range = graph.minus([high, low]);
        let usual = sma(graph, range, args.integer("period"));
        let distance = graph.scaled(usual, args.real("multiplier"));
        vec![graph.minus([low, distance]), graph.plus([high, distance])]
    },
};

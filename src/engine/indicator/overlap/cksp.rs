//! Chande Kroll Stop.

use crate::indicator::builders::atr;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Max, Min};

/// Chande Kroll Stop.
pub(in crate::indicator) static CKSP: Indicator = Indicator {
    name: "cksp",
    title: "Chande Kroll Stop",
    summary: "Stops a multiple of the average true range below the highest high and above the lowest low, then the extremes of these over a second window.",
    formula: "long = max(max(high, period) - multiplier * atr(period), stop); short = min(min(low, period) + multiplier * atr(period), stop)",
    source: "TA-Lib 0.8.3 CKSP",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("period", 10, 2, "the period of the extremes and of the average true range, in bars"),
        Param::real("multiplier", 1.0, 0.0, 3e37, "the stop multiplier, in average true ranges"),
        Param::bars("stop", 9, 1, "the number of bars in the window of the stop extremes"),
    ],
    outputs: &[
        Output { name: "long", help: "the stop below the highest high" },
        Output { name: "short", help: "the stop above the lowest low" },
    ],
    build: |graph, args| {
        let bars = args.inputs();
        let (window, stop) = (args.integer("period"), args.integer("stop"));
        let range = atr(graph, bars, window);
        let distance = graph.scaled(range, args.real("multiplier"));
        let highest = graph.add(Max { window }, &[bars[0]]);
        let lowest = graph.add(Min { window }, &[bars[1]]);
        let (below, above) = (graph.minus([highest, distance]), graph.plus([lowest, distance]));
        vec![graph.add(Max { window: stop }, &[below]), graph.add(Min { window: stop }, &[above])]
    },
};

//! Chandelier Exit.

use crate::indicator::builders::atr;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{LinearCombination, Max, Min};

/// Chandelier Exit.
pub(in crate::indicator) static CHANDELIER: Indicator = Indicator {
    name: "chandelier",
    title: "Chandelier Exit",
    summary: "Stops a multiple of the average true range below the highest high and above the lowest low.",
    formula: "long = max(high, period) - multiplier * atr(period); short = min(low, period) + multiplier * atr(period)",
    source: "Le Beau, in Elder, Come Into My Trading Room, 2002",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("period", 22, 1, "the period of the extremes and of the average true range, in bars"),
        Param::real("multiplier", 3.0, 0.0, 3e37, "the stop multiplier, in average true ranges"),
    ],
    outputs: &[
        Output { name: "long", help: "the stop below the highest high" },
        Output { name: "short", help: "the stop above the lowest low" },
    ],
    build: |graph, args| {
        let bars = args.inputs();
        let (window, multiplier) = (args.integer("period"), args.real("multiplier"));
        let range = atr(graph, bars, window);
        let highest = graph.add(Max { window }, &[bars[0]]);
        let lowest = graph.add(Min { window }, &[bars[1]]);
        vec![
            graph.add(LinearCombination { first: 1.0, second: -multiplier }, &[highest, range]),
            graph.add(LinearCombination { first: 1.0, second: multiplier }, &[lowest, range]),
        ]
    },
};

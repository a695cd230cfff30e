//! Aroon.

use crate::indicator::builders::{Extreme, TIES, bars_since};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Affine;

/// Aroon.
pub(in crate::indicator) static AROON: Indicator = Indicator {
    name: "aroon",
    title: "Aroon",
    summary: "The recency of the highest high and of the lowest low, from 0 to 100.",
    formula: "up = 100 * (period - bars since the highest high) / period over period + 1 bars, the most recent on ties by default; down = the same for the lowest low",
    source: "TA-Lib 0.8.3 AROON",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::bars("period", 14, 2, "the number of bars in the window"), TIES],
    outputs: &[
        Output { name: "down", help: "the recency of the lowest low, from 0 to 100" },
        Output { name: "up", help: "the recency of the highest high, from 0 to 100" },
    ],
    build: |graph, args| {
        let [high, low] = args.inputs();
        let (period, ties) = (args.integer("period"), args.choice("ties"));
        let since_low = bars_since(graph, low, period + 1, Extreme::Min, ties);
        let since_high = bars_since(graph, high, period + 1, Extreme::Max, ties);
        let recent = Affine { scale: -100.0 / period as f64, offset: 100.0 };
        vec![graph.add(recent.clone(), &[since_low]), graph.add(recent, &[since_high])]
    },
};

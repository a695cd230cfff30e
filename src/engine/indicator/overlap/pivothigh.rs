//! Pivot High.

use crate::indicator::builders::{Pivot, SWING_LEFT, SWING_RIGHT, swing_high};
use crate::indicator::{Group, Indicator, Input, Output};

/// Pivot High.
pub(in crate::indicator) static PIVOTHIGH: Indicator = Indicator {
    name: "pivothigh",
    title: "Pivot High",
    summary: "The price of a swing high at the bar that confirms it; NaN at all other bars.",
    formula: "x[right] where it is above the `left` values before it and all `right` values since, else NaN",
    source: "Pine Script ta.pivothigh",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::HIGH],
    params: &[SWING_LEFT, SWING_RIGHT],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let swing = swing_high(graph, x, args.integer("left"), args.integer("right"));
        vec![graph.add(Pivot { sign: 1.0 }, &swing)]
    },
};

//! Pivot Low.

use crate::indicator::builders::{Pivot, SWING_LEFT, SWING_RIGHT, swing_low};
use crate::indicator::{Group, Indicator, Input, Output};

/// Pivot Low.
pub(in crate::indicator) static PIVOTLOW: Indicator = Indicator {
    name: "pivotlow",
    title: "Pivot Low",
    summary: "The price of a swing low at the bar that confirms it; NaN at all other bars.",
    formula: "x[right] where it is below the `left` values before it and all `right` values since, else NaN",
    source: "Pine Script ta.pivotlow",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::LOW],
    params: &[SWING_LEFT, SWING_RIGHT],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let swing = swing_low(graph, x, args.integer("left"), args.integer("right"));
        vec![graph.add(Pivot { sign: -1.0 }, &swing)]
    },
};

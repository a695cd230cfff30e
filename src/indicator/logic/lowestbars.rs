//! Bars to the Lowest.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{ArithmeticConstant, BarsSinceMin, Binary};

/// Bars to the Lowest.
pub(in crate::indicator) static LOWESTBARS: Indicator = Indicator {
    name: "lowestbars",
    title: "Bars to the Lowest",
    summary: "Where the lowest of the newest values is: 0 for the newest bar, -1 for the one before, and so on.",
    formula: "-(bars since the lowest of the newest `period` values, the newest of equals)",
    source: "Pine ta.lowestbars",
    group: Group::Logic,
    revision: 1,
    inputs: &[Input::LOW],
    params: &[Param::period(14)],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let since = graph.add(BarsSinceMin { window: args.integer("period") }, &[x]);
        vec![graph.add(ArithmeticConstant { op: Binary::Subtract, value: 0.0, constant_first: true }, &[since])]
    },
};

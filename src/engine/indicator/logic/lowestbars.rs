//! Offset of the Lowest.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{ArithmeticConstant, BarsSinceMin, Binary};

/// Offset of the Lowest.
pub(in crate::indicator) static LOWESTBARS: Indicator = Indicator {
    name: "lowestbars",
    title: "Offset of the Lowest",
    summary: "The offset of the lowest value in the window: 0 for the current bar, -1 for the one before, and so on.",
    formula: "-(bars since the lowest of the last `period` values, the most recent on ties)",
    source: "Pine Script ta.lowestbars",
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

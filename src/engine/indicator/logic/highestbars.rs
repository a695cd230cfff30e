//! Offset of the Highest.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{ArithmeticConstant, BarsSinceMax, Binary};

/// Offset of the Highest.
pub(in crate::indicator) static HIGHESTBARS: Indicator = Indicator {
    name: "highestbars",
    title: "Offset of the Highest",
    summary: "The offset of the highest value in the window: 0 for the current bar, -1 for the one before, and so on.",
    formula: "-(bars since the highest of the last `period` values, the most recent on ties)",
    source: "Pine Script ta.highestbars",
    group: Group::Logic,
    revision: 1,
    inputs: &[Input::HIGH],
    params: &[Param::period(14)],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let since = graph.add(BarsSinceMax { window: args.integer("period") }, &[x]);
        vec![graph.add(ArithmeticConstant { op: Binary::Subtract, value: 0.0, constant_first: true }, &[since])]
    },
};

//! Bars to the Highest.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{ArithmeticConstant, BarsSinceMax, Binary};

/// Bars to the Highest.
pub(in crate::indicator) static HIGHESTBARS: Indicator = Indicator {
    name: "highestbars",
    title: "Bars to the Highest",
    summary: "Where the highest of the newest values is: 0 for the newest bar, -1 for the one before, and so on.",
    formula: "-(bars since the highest of the newest `period` values, the newest of equals)",
    source: "Pine ta.highestbars",
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

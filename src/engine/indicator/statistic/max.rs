//! Highest Value.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Max;

/// Highest Value.
pub(in crate::indicator) static MAX: Indicator = Indicator {
    name: "max",
    title: "Highest Value",
    summary: "The maximum of the window.",
    formula: "max of the last `period` values",
    source: "TA-Lib 0.8.3 MAX",
    group: Group::Statistic,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 30, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(Max { window: args.integer("period") }, &[x])]
    },
};

//! Lowest Value.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Min;

/// Lowest Value.
pub(in crate::indicator) static MIN: Indicator = Indicator {
    name: "min",
    title: "Lowest Value",
    summary: "The minimum of the window.",
    formula: "min of the last `period` values",
    source: "TA-Lib 0.8.3 MIN",
    group: Group::Statistic,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 30, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(Min { window: args.integer("period") }, &[x])]
    },
};

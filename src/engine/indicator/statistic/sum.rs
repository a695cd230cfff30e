//! Sum.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Sum;

/// Sum.
pub(in crate::indicator) static SUM: Indicator = Indicator {
    name: "sum",
    title: "Sum",
    summary: "The sum of the window.",
    formula: "sum of the last `period` values",
    source: "TA-Lib 0.8.3 SUM",
    group: Group::Statistic,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 30, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(Sum { window: args.integer("period") }, &[x])]
    },
};

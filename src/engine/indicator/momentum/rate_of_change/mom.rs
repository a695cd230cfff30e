//! Momentum.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Change;

/// Momentum.
pub(in crate::indicator) static MOM: Indicator = Indicator {
    name: "mom",
    title: "Momentum",
    summary: "The change of the value over a number of bars.",
    formula: "x - x[period]",
    source: "TA-Lib 0.8.3 MOM",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 10, 1, "the lag in bars between the two values")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(Change { bars: args.integer("period") }, &[x])]
    },
};

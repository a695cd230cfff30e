//! Change.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Change;

/// Change.
pub(in crate::indicator) static CHANGE: Indicator = Indicator {
    name: "change",
    title: "Change",
    summary: "The change of the value over a number of bars.",
    formula: "x - x[period]; as mom, with period 1 by default",
    source: "Pine Script ta.change",
    group: Group::Logic,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 1, 1, "the number of bars")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(Change { bars: args.integer("period") }, &[x])]
    },
};

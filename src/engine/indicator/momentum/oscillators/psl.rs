//! Psychological Line.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Change, CompareConstant, Comparison, Mean};

/// Psychological Line.
pub(in crate::indicator) static PSL: Indicator = Indicator {
    name: "psl",
    title: "Psychological Line",
    summary: "The percentage of rising bars in the window.",
    formula: "100 * (bars with x > x[1]) / period",
    source: "pandas-ta psl (Psychological Line)",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 12, 1, "the number of changes in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let change = graph.add(Change { bars: 1 }, &[x]);
        let rose = graph.add(CompareConstant { op: Comparison::Greater, value: 0.0 }, &[change]);
        let share = graph.add(Mean { window: args.integer("period") }, &[rose]);
        vec![graph.scaled(share, 100.0)]
    },
};

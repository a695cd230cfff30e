//! Minimum and Maximum.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::MinAndMax;

/// Minimum and Maximum.
pub(in crate::indicator) static MINMAX: Indicator = Indicator {
    name: "minmax",
    title: "Minimum and Maximum",
    summary: "The minimum and the maximum of the window.",
    formula: "min(x), max(x)",
    source: "TA-Lib 0.8.3 MINMAX",
    group: Group::Statistic,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 30, 2, "the number of bars in the window")],
    outputs: &[Output { name: "min", help: "the lowest value" }, Output { name: "max", help: "the highest value" }],
    build: |graph, args| {
        let [x] = args.inputs();
        graph.add_all::<_, 2>(MinAndMax { window: args.integer("period") }, &[x]).into()
    },
};

//! Efficiency Ratio.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Change, Efficiency};

/// Efficiency Ratio.
pub(in crate::indicator) static ER: Indicator = Indicator {
    name: "er",
    title: "Efficiency Ratio",
    summary: "The net change as a fraction of the sum of absolute changes, 0 to 1.",
    formula: "|x - x[period]| / sum of |x - x[1]|, or 1 where the input is constant",
    source: "TA-Lib 0.8.3 ER",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 10, 2, "the number of changes in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let forward = graph.add(Change { bars: window }, &[x]);
        vec![graph.add(Efficiency { window }, &[x, forward])]
    },
};

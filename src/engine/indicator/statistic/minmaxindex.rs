//! Indices of Minimum and Maximum.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{BarIndex, BarsSinceMax, BarsSinceMin};

/// Indices of Minimum and Maximum.
pub(in crate::indicator) static MINMAXINDEX: Indicator = Indicator {
    name: "minmaxindex",
    title: "Indices of Minimum and Maximum",
    summary: "The absolute indices in the series of the window's minimum and maximum, the most recent on ties.",
    formula: "as minindex and maxindex",
    source: "TA-Lib 0.8.3 MINMAXINDEX",
    group: Group::Statistic,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 30, 2, "the number of bars in the window")],
    outputs: &[
        Output { name: "min", help: "the index of the lowest value" },
        Output { name: "max", help: "the index of the highest value" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let both = [graph.add(BarsSinceMin { window }, &[x]), graph.add(BarsSinceMax { window }, &[x])];
        both.map(|since| {
            let number = graph.add(BarIndex, &[since]);
            graph.minus([number, since])
        })
        .into()
    },
};

//! Index of the Maximum.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{BarIndex, BarsSinceMax};

/// Index of the Maximum.
pub(in crate::indicator) static MAXINDEX: Indicator = Indicator {
    name: "maxindex",
    title: "Index of the Maximum",
    summary: "The absolute index in the series of the window's maximum, the most recent on ties.",
    formula: "index of the current bar, from 0, - bars since the extreme",
    source: "TA-Lib 0.8.3 MAXINDEX",
    group: Group::Statistic,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 30, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let since = graph.add(BarsSinceMax { window: args.integer("period") }, &[x]);
        let number = graph.add(BarIndex, &[since]);
        vec![graph.minus([number, since])]
    },
};

//! Index of the Minimum.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{BarIndex, BarsSinceMin};

/// Index of the Minimum.
pub(in crate::indicator) static MININDEX: Indicator = Indicator {
    name: "minindex",
    title: "Index of the Minimum",
    summary: "The absolute index in the series of the window's minimum, the most recent on ties.",
    formula: "index of the current bar, from 0, - bars since the extreme",
    source: "TA-Lib 0.8.3 MININDEX",
    group: Group::Statistic,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 30, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let since = graph.add(BarsSinceMin { window: args.integer("period") }, &[x]);
        let number = graph.add(BarIndex, &[since]);
        vec![graph.minus([number, since])]
    },
};

//! Index of the Minimum.

use crate::indicator::builders::{Extreme, INDEX_TIES, extreme_index};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Index of the Minimum.
pub(in crate::indicator) static MININDEX: Indicator = Indicator {
    name: "minindex",
    title: "Index of the Minimum",
    summary: "The absolute index in the series of the window's minimum, the most recent on ties by default.",
    formula: "index of the current bar, from 0, - bars since the extreme; of equal extremes the one that ties says",
    source: "TA-Lib 0.8.3 MININDEX",
    group: Group::Statistic,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 30, 2, "the number of bars in the window"), INDEX_TIES],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![extreme_index(graph, x, args.integer("period"), Extreme::Min, args.choice("ties"))]
    },
};

//! Indices of Minimum and Maximum.

use crate::indicator::builders::{Extreme, INDEX_TIES, extreme_index};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Indices of Minimum and Maximum.
pub(in crate::indicator) static MINMAXINDEX: Indicator = Indicator {
    name: "minmaxindex",
    title: "Indices of Minimum and Maximum",
    summary: "The absolute indices in the series of the window's minimum and maximum, the most recent on ties by default.",
    formula: "as minindex and maxindex",
    source: "TA-Lib 0.8.3 MINMAXINDEX",
    group: Group::Statistic,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 30, 2, "the number of bars in the window"), INDEX_TIES],
    outputs: &[
        Output { name: "min", help: "the index of the lowest value" },
        Output { name: "max", help: "the index of the highest value" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();
        let (window, ties) = (args.integer("period"), args.choice("ties"));
        [Extreme::Min, Extreme::Max].map(|extreme| extreme_index(graph, x, window, extreme, ties)).into()
    },
};

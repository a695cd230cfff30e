//! Rank Correlation Index.

use crate::indicator::{Group, Indicator, Input, Kind, Output, Param};
use crate::kernel::RankCorrelation;

/// Rank Correlation Index.
pub(in crate::indicator) static RCI: Indicator = Indicator {
    name: "rci",
    title: "Rank Correlation Index",
    summary: "The rank correlation of the window with time, from -100 to 100. The cost per bar grows with the period.",
    formula: "100 * correlation of the ranks of the values in the window with their order in time (Spearman); ties get the mean of their ranks; 0 where all are equal",
    source: "Pine Script ta.rci; Spearman 1904",
    group: Group::Statistic,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param {
        name: "period",
        kind: Kind::Integer { default: 10, min: 2, max: 10000 },
        help: "the number of bars in the window",
    }],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let correlation = graph.add(RankCorrelation { window: args.integer("period") }, &[x]);
        vec![graph.scaled(correlation, 100.0)]
    },
};

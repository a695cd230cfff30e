//! Spearman Rank Correlation.

use crate::indicator::{Group, Indicator, Input, Kind, Output, Param, Port};
use crate::kernel::SpearmanRho;

/// Spearman Rank Correlation.
pub(in crate::indicator) static SPEARMAN: Indicator = Indicator {
    name: "spearman",
    title: "Spearman Rank Correlation",
    summary: "The correlation of the ranks of two series, from -1 to 1.",
    formula: "correl of the ranks of a and of b within the last `period` bars, ties with their mean rank, or 0 where one does not vary",
    source: "Charles Spearman, American Journal of Psychology, 1904",
    group: Group::Statistic,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param {
        name: "period",
        kind: Kind::Integer { default: 20, min: 2, max: 10000 },
        help: "the number of bars in the window",
    }],
    outputs: Output::ONE,
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        vec![graph.add(SpearmanRho { window: args.integer("period") }, &pair)]
    },
};

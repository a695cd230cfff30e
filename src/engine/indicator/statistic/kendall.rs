//! Kendall Rank Correlation.

use crate::indicator::{Group, Indicator, Input, Kind, Output, Param, Port};
use crate::kernel::KendallTau;

/// Kendall Rank Correlation.
pub(in crate::indicator) static KENDALL: Indicator = Indicator {
    name: "kendall",
    title: "Kendall Rank Correlation",
    summary: "The share of pairs of bars that two series order alike minus that they order unlike, from -1 to 1.",
    formula: "sum of sign(a[i] - a[j]) * sign(b[i] - b[j]) / sqrt(pairs of unequal a * pairs of unequal b) over all i < j below `period` (tau-b), or 0 where the denominator is 0",
    source: "Maurice Kendall, Biometrika, 1938 and 1945",
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
        vec![graph.add(KendallTau { window: args.integer("period") }, &pair)]
    },
};

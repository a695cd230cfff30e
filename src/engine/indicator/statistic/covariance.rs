//! Covariance.

use crate::indicator::builders::DDOF;
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::Covariance;

/// Covariance.
pub(in crate::indicator) static COVARIANCE: Indicator = Indicator {
    name: "covariance",
    title: "Covariance",
    summary: "The covariance of two series.",
    formula: "sum((x - mean(x)) * (y - mean(y))) / (period - ddof)",
    source: "standard definition; ddof=1 as in pandas",
    group: Group::Statistic,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::bars("period", 30, 2, "the number of bars in the window"), DDOF],
    outputs: Output::ONE,
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        let (window, ddof) = (args.integer("period"), args.integer("ddof"));
        vec![graph.add(Covariance { window, ddof }, &pair)]
    },
};

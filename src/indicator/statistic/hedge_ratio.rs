//! Hedge Ratio.

use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::RegressionBeta;

/// Hedge Ratio.
pub(in crate::indicator) static HEDGE_RATIO: Indicator = Indicator {
    name: "hedge_ratio",
    title: "Hedge Ratio",
    summary: "How many of the second series hedge one of the first: the slope of the least-squares line through both.",
    formula: "covariance(a, b) / variance(b), and 0 where that is 0",
    source: "ordinary least squares with a constant",
    group: Group::Statistic,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::period(60)],
    outputs: Output::ONE,
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        let [a, b] = pair;
        vec![graph.add(RegressionBeta { window: args.integer("period") }, &[b, a])]
    },
};

//! Hedge Ratio.

use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::RegressionBeta;

/// Hedge Ratio.
pub(in crate::indicator) static HEDGE_RATIO: Indicator = Indicator {
    name: "hedge_ratio",
    title: "Hedge Ratio",
    summary: "The units of the second series that hedge one unit of the first: the least-squares slope over the window.",
    formula: "covariance(a, b) / variance(b), or 0 where the denominator is 0",
    source: "ordinary least squares with a constant",
    group: Group::Statistic,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::period(60)],
    outputs: Output::ONE,
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        let [a, b] = pair;
        vec![graph.add(RegressionBeta { window: args.integer("period") }, &[b, a])]
    },
};

//! Beta.

use crate::indicator::builders::rocp;
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::RegressionBeta;

/// Beta.
pub(in crate::indicator) static BETA: Indicator = Indicator {
    name: "beta",
    title: "Beta",
    summary: "The regression slope of the second series' returns on those of the first.",
    formula: "covariance(rx, ry) / variance(rx), or 0 where the denominator is 0; rx and ry are the one-bar returns as fractions",
    source: "TA-Lib 0.8.3 BETA",
    group: Group::Statistic,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::period(5)],
    outputs: Output::ONE,
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        let returns = pair.map(|x| rocp(graph, x, 1));
        let window = args.integer("period");
        vec![graph.add(RegressionBeta { window }, &returns)]
    },
};

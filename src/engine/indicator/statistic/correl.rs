//! Correlation.

use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::Correlation;

/// Correlation.
pub(in crate::indicator) static CORREL: Indicator = Indicator {
    name: "correl",
    title: "Correlation",
    summary: "The Pearson correlation of two series, from -1 to 1.",
    formula: "covariance(x, y) / (stddev(x) * stddev(y)), or 0 where either is constant",
    source: "TA-Lib 0.8.3 CORREL",
    group: Group::Statistic,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::period(30)],
    outputs: Output::ONE,
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        let window = args.integer("period");
        vec![graph.add(Correlation { window }, &pair)]
    },
};

//! Tracking Error.

use crate::indicator::builders::{DDOF, rocp};
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::StandardDeviation;

/// Tracking Error.
pub(in crate::indicator) static TRACKING_ERROR: Indicator = Indicator {
    name: "tracking_error",
    title: "Tracking Error",
    summary: "The standard deviation of the difference between the returns of two series.",
    formula: "stddev(ra - rb, ddof); ra and rb are the one-bar returns as fractions",
    source: "standard definition, not annualised",
    group: Group::Statistic,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::bars("period", 30, 2, "the number of bars in the window"), DDOF],
    outputs: Output::ONE,
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        let returns = pair.map(|x| rocp(graph, x, 1));
        let difference = graph.minus(returns);
        vec![graph.add(StandardDeviation { window: args.integer("period"), ddof: args.integer("ddof") }, &[difference])]
    },
};

//! Advance-Decline Line.

use crate::indicator::{Group, Indicator, Input, Output, Port};
use crate::kernel::CumulativeSum;

/// Advance-Decline Line.
pub(in crate::indicator) static AD_LINE: Indicator = Indicator {
    name: "ad_line",
    title: "Advance-Decline Line",
    summary: "The cumulative number of advancing minus declining issues; of their volumes, the up-down volume line.",
    formula: "inputs: advances, declines; y = y[1] + advances - declines",
    source: "Leonard Ayres and James Hughes, 1926; StockCharts, Advance-Decline Line",
    group: Group::Breadth,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        let net = graph.minus(pair);
        vec![graph.add(CumulativeSum, &[net])]
    },
};

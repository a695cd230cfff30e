//! Absolute Breadth Index.

use crate::indicator::{Group, Indicator, Input, Output, Port};
use crate::kernel::Absolute;

/// Absolute Breadth Index.
pub(in crate::indicator) static ABSOLUTE_BREADTH: Indicator = Indicator {
    name: "absolute_breadth",
    title: "Absolute Breadth Index",
    summary: "The distance between the numbers of advancing and declining issues: how much moves, whichever way.",
    formula: "inputs: advances, declines; |advances - declines|",
    source: "Norman Fosback, Stock Market Logic, 1976",
    group: Group::Breadth,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        let net = graph.minus(pair);
        vec![graph.add(Absolute, &[net])]
    },
};

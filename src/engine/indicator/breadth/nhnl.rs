//! New Highs New Lows.

use crate::indicator::{Group, Indicator, Input, Output, Port};
use crate::kernel::CumulativeSum;

/// New Highs New Lows.
pub(in crate::indicator) static NHNL: Indicator = Indicator {
    name: "nhnl",
    title: "New Highs New Lows",
    summary: "The number of new highs minus that of new lows, and its cumulative sum.",
    formula: "inputs: new highs, new lows; net = highs - lows; line = line[1] + net",
    source: "Alexander Elder, The New High-New Low Index, 2012",
    group: Group::Breadth,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[],
    outputs: &[
        Output { name: "net", help: "new highs minus new lows" },
        Output { name: "line", help: "the cumulative sum" },
    ],
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        let net = graph.minus(pair);
        vec![net, graph.add(CumulativeSum, &[net])]
    },
};

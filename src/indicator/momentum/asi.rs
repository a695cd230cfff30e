//! Accumulative Swing Index.

use crate::indicator::momentum::swing;
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Opening, Total};

/// Accumulative Swing Index.
pub(in crate::indicator) static ASI: Indicator = Indicator {
    name: "asi",
    title: "Accumulative Swing Index",
    summary: "The sum of the swing indices so far.",
    formula: "y = y[1] + si(limit); the first y is 0",
    source: "TA-Lib 0.8.3 ASI",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::OPEN, Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::real("limit", 3.0, 1e-8, 3e37, "the largest move of a bar there can be, in units of the price")],
    outputs: Output::ONE,
    build: |graph, args| {
        let bars: [Port; 4] = args.inputs();
        let swing = swing(graph, bars, args.real("limit"));
        let nothing = graph.minus([bars[3], bars[3]]);
        let all = graph.add(Opening, &[swing, nothing]);
        vec![graph.add(Total, &[all])]
    },
};

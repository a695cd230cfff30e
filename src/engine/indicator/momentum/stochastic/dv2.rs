//! DV2.

use crate::indicator::builders::{percentrank, sma};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Average;

/// DV2.
pub(in crate::indicator) static DV2: Indicator = Indicator {
    name: "dv2",
    title: "DV2",
    summary: "The percent rank of the mean deviation of the close from the middle of its bar over two bars.",
    formula: "percentrank(sma((close - m) / m, 2), period); m = (high + low) / 2",
    source: "David Varadi, CSS Analytics, 2009",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::bars("period", 252, 1, "the number of preceding bars that are ranked")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low, close] = args.inputs();
        let middle = graph.add(Average { inputs: 2 }, &[high, low]);
        let off = graph.minus([close, middle]);
        let deviation = graph.ratio([off, middle], 0.0);
        let mean = sma(graph, deviation, 2);
        vec![percentrank(graph, mean, args.integer("period"))]
    },
};

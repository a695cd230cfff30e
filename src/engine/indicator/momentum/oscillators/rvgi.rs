//! Relative Vigor Index.

use crate::indicator::builders::swma;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Aligned, Sum};

/// Relative Vigor Index.
pub(in crate::indicator) static RVGI: Indicator = Indicator {
    name: "rvgi",
    title: "Relative Vigor Index",
    summary: "The smoothed body divided by the smoothed bar range, with a signal line.",
    formula: "rvgi = sum(swma(close - open), period) / sum(swma(high - low), period), or 0 where the denominator is 0; signal = swma(rvgi)",
    source: "John Ehlers, Relative Vigor Index, Stocks & Commodities, January 2002",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::OPEN, Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::bars("period", 10, 1, "the number of bars in the window")],
    outputs: &[Output { name: "rvgi", help: "the index" }, Output { name: "signal", help: "the signal line" }],
    build: |graph, args| {
        let [open, high, low, close] = args.inputs();
        let window = args.integer("period");
        let sums = [[close, open], [high, low]].map(|pair| {
            let difference = graph.minus(pair);
            let smooth = swma(graph, difference);
            graph.add(Sum { window }, &[smooth])
        });
        let index = graph.ratio(sums, 0.0);
        let signal = swma(graph, index);
        vec![graph.add(Aligned, &[index, signal]), signal]
    },
};

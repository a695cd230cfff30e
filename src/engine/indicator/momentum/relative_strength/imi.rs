//! Intraday Momentum Index.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{NegativePart, PositivePart, Sum};

/// Intraday Momentum Index.
pub(in crate::indicator) static IMI: Indicator = Indicator {
    name: "imi",
    title: "Intraday Momentum Index",
    summary: "The share of upward bodies in all bodies of the window, from 0 to 100.",
    formula: "100 * up / (up + down), or 50 where both are 0; up and down are sums of close - open over the bars that rose and fell",
    source: "TA-Lib 0.8.3 IMI",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::OPEN, Input::CLOSE],
    params: &[Param::bars("period", 14, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [open, close] = args.inputs();
        let window = args.integer("period");
        let body = graph.minus([close, open]);
        let parts = [graph.add(PositivePart, &[body]), graph.add(NegativePart, &[body])];
        let [up, down] = parts.map(|part| graph.add(Sum { window }, &[part]));
        let both = graph.plus([up, down]);
        vec![graph.percent([up, both], 100.0, 50.0)]
    },
};

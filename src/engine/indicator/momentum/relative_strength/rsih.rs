//! Relative Strength Index with Hann.

use crate::indicator::builders::{WeightShape, gain_loss, shaped_mean};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::NormalizedDifference;

/// Relative Strength Index with Hann.
pub(in crate::indicator) static RSIH: Indicator = Indicator {
    name: "rsih",
    title: "Relative Strength Index with Hann",
    summary: "The difference of rises and falls weighted by a Hann window, as a share of their sum, from -1 to 1.",
    formula: "(up - down) / (up + down), or 0 where the denominator is 0; up and down = hann of the rises and of the falls over `period` changes",
    source: "John Ehlers, (Yet Another) Improved RSI, Stocks & Commodities, January 2022",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 14, 1, "the number of changes in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let means = gain_loss(graph, x).map(|part| shaped_mean(graph, part, WeightShape::Hann, window));
        vec![graph.add(NormalizedDifference { scale: 1.0 }, &means)]
    },
};

//! Chande Momentum Oscillator, Unsmoothed.

use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{GainLoss, NormalizedDifference, Sum};

/// Chande Momentum Oscillator, Unsmoothed.
pub(in crate::indicator) static CMOU: Indicator = Indicator {
    name: "cmou",
    title: "Chande Momentum Oscillator, Unsmoothed",
    summary: "The sum of gains minus the sum of losses, in percent of both, as Chande defined it.",
    formula: "100 * (up - down) / (up + down), or 0 where both are 0; up and down are the sums of the rises and falls over the window",
    source: "TA-Lib 0.8.3 CMOU",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 14, 2, "the number of changes in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let moves: [Port; 2] = graph.add_all(GainLoss, &[x]);
        let sums = moves.map(|part| graph.add(Sum { window }, &[part]));
        vec![graph.add(NormalizedDifference { scale: 100.0 }, &sums)]
    },
};

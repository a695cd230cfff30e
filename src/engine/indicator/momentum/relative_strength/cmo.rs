//! Chande Momentum Oscillator.

use crate::indicator::builders::{gain_loss, rma_of_changes};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Hold, NormalizedDifference};

/// Chande Momentum Oscillator.
pub(in crate::indicator) static CMO: Indicator = Indicator {
    name: "cmo",
    title: "Chande Momentum Oscillator",
    summary: "The excess of gains over losses, from -100 to 100, smoothed by Wilder's method.",
    formula: "100 * (gain - loss) / (gain + loss), or 0 where both are 0, with gain and loss as in rsi(method=wilder)",
    source: "TA-Lib 0.8.3 CMO",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 14, 2, "the period of the moving averages, in bars")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let period = args.integer("period");
        let moves = gain_loss(graph, x);
        let averages = moves.map(|part| rma_of_changes(graph, part, period));
        let excess = graph.add(NormalizedDifference { scale: 100.0 }, &averages);
        vec![graph.add(Hold { drifts: false, after: 0 }, &[excess, moves[0], moves[1]])]
    },
};

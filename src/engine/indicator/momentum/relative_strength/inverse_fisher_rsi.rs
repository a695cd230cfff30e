//! Inverse Fisher Transform of RSI.

use crate::indicator::builders::{Function, Transform, rsi, wma};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Affine;

/// Inverse Fisher Transform of RSI.
pub(in crate::indicator) static INVERSE_FISHER_RSI: Indicator = Indicator {
    name: "inverse_fisher_rsi",
    title: "Inverse Fisher Transform of RSI",
    summary: "The relative strength index under the inverse Fisher transform, which pushes it towards -1 or 1.",
    formula: "tanh(wma((rsi(x, period) - 50) / 10, wma))",
    source: "John Ehlers, The Inverse Fisher Transform, Stocks & Commodities, May 2004",
    group: Group::Momentum,
    revision: 3,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 5, 2, "the period of the relative strength index, in bars"),
        Param::bars("wma", 9, 1, "the period of the moving average, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let strength = rsi(graph, x, args.integer("period"));
        let centered = graph.add(Affine { scale: 0.1, offset: -5.0 }, &[strength]);
        let smooth = wma(graph, centered, args.integer("wma"));
        vec![graph.add(Transform { function: Function::Tanh }, &[smooth])]
    },
};

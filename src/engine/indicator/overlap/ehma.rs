//! Exponential Hull Moving Average.

use crate::indicator::builders::ema;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Exponential Hull Moving Average.
pub(in crate::indicator) static EHMA: Indicator = Indicator {
    name: "ehma",
    title: "Exponential Hull Moving Average",
    summary: "The Hull moving average built from exponential moving averages.",
    formula: "ema(2 * ema(x, period / 2) - ema(x, period), sqrt(period)), halves and roots rounded down",
    source: "InSilico, Hull Suite (EHMA), TradingView",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 20, 1, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let period = args.integer("period");
        let [half, full] = [(period / 2).max(1), period].map(|period| ema(graph, x, period));
        let ahead = graph.minus([half, full]);
        let corrected = graph.plus([half, ahead]);
        vec![ema(graph, corrected, period.isqrt())]
    },
};

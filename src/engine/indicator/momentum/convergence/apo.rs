//! Absolute Price Oscillator.

use crate::indicator::builders::{EMA_FIRST, price_oscillator};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Absolute Price Oscillator.
pub(in crate::indicator) static APO: Indicator = Indicator {
    name: "apo",
    title: "Absolute Price Oscillator",
    summary: "A fast minus a slow moving average.",
    formula: "ma(x, fast) - ma(x, slow); the periods are swapped where fast > slow",
    source: "TA-Lib 0.8.3 APO",
    group: Group::Momentum,
    revision: 3,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("fast", 12, 2, "the period of the fast moving average, in bars"),
        Param::bars("slow", 26, 2, "the period of the slow moving average, in bars"),
        Param::choice("ma", EMA_FIRST, "the type of moving average"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let periods = [args.integer("fast"), args.integer("slow")];
        vec![price_oscillator(graph, x, args.choice("ma"), periods)[0]]
    },
};

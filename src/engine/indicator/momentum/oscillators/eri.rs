//! Elder Ray Index.

use crate::indicator::builders::ema;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Elder Ray Index.
pub(in crate::indicator) static ERI: Indicator = Indicator {
    name: "eri",
    title: "Elder Ray Index",
    summary: "The distances of the high (bull power) and of the low (bear power) from the exponential moving average of the close.",
    formula: "bull = high - ema(close, period); bear = low - ema(close, period)",
    source: "TA-Lib 0.8.3 ERI",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::bars("period", 13, 1, "the period of the moving average, in bars")],
    outputs: &[
        Output { name: "bull", help: "the high minus the moving average" },
        Output { name: "bear", help: "the low minus the moving average" },
    ],
    build: |graph, args| {
        let [high, low, close] = args.inputs();
        let average = ema(graph, close, args.integer("period"));
        vec![graph.minus([high, average]), graph.minus([low, average])]
    },
};

//! Exponential Moving Average.

use crate::indicator::builders::{ema, ema_adjusted, ema_from_first};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Exponential Moving Average.
pub(in crate::indicator) static EMA: Indicator = Indicator {
    name: "ema",
    title: "Exponential Moving Average",
    summary: "A moving average with exponentially decaying weights.",
    formula: "y = (period - 1) / (period + 1) * y[1] + 2 / (period + 1) * x; seed=sma: the first y is the mean of the first `period` values; seed=first: it is the first value; seed=adjusted: the weights are divided by their sum, as in pandas with adjust=True",
    source: "TA-Lib 0.8.3 EMA",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::period(30), Param::choice("seed", &["sma", "first", "adjusted"], "the seed of the recursion")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let period = args.integer("period");
        vec![match args.choice("seed") {
            "first" => ema_from_first(graph, x, period),
            "adjusted" => ema_adjusted(graph, x, period),
            _ => ema(graph, x, period),
        }]
    },
};

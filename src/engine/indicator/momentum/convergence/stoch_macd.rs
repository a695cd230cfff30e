//! Stochastic MACD.

use crate::indicator::builders::ema;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Max, Min};

/// Stochastic MACD.
pub(in crate::indicator) static STOCH_MACD: Indicator = Indicator {
    name: "stoch_macd",
    title: "Stochastic MACD",
    summary: "The difference of two exponential averages relative to the range of the window: MACD that compares across markets.",
    formula: "macd = 100 * (ema(close, fast) - ema(close, slow)) / (max(high, range) - min(low, range)), or 0 where the denominator is 0; signal = ema(macd, signal)",
    source: "Vitali Apirine, The Stochastic MACD Oscillator, Stocks & Commodities, November 2019",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("fast", 12, 1, "the period of the fast average, in bars"),
        Param::bars("slow", 26, 1, "the period of the slow average, in bars"),
        Param::bars("range", 45, 1, "the number of bars of the range"),
        Param::bars("signal", 9, 1, "the period of the signal line, in bars"),
    ],
    outputs: &[
        Output { name: "macd", help: "the difference in percent of the range" },
        Output { name: "signal", help: "the signal line" },
    ],
    build: |graph, args| {
        let [high, low, close] = args.inputs();
        let window = args.integer("range");
        let averages = ["fast", "slow"].map(|name| ema(graph, close, args.integer(name)));
        let extremes = [graph.add(Max { window }, &[high]), graph.add(Min { window }, &[low])];
        let pair = [averages, extremes].map(|pair| graph.minus(pair));
        let line = graph.percent(pair, 100.0, 0.0);
        vec![line, ema(graph, line, args.integer("signal"))]
    },
};

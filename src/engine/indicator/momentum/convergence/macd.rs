//! Moving Average Convergence/Divergence.

use crate::indicator::builders::{NESTED_SEED, macd, macd_from_first};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Moving Average Convergence/Divergence.
pub(in crate::indicator) static MACD: Indicator = Indicator {
    name: "macd",
    title: "Moving Average Convergence/Divergence",
    summary: "A fast minus a slow exponential moving average, its signal line and the histogram.",
    formula: "macd = ema(x, fast) - ema(x, slow), both seeded at the same bar with seed=sma, at the first bar otherwise; signal = ema(macd, signal); hist = macd - signal; the periods are swapped where fast > slow",
    source: "TA-Lib 0.8.3 MACD",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("fast", 12, 2, "the period of the fast moving average, in bars"),
        Param::bars("slow", 26, 2, "the period of the slow moving average, in bars"),
        Param::bars("signal", 9, 1, "the period of the signal line, in bars"),
        NESTED_SEED,
    ],
    outputs: &[
        Output { name: "macd", help: "the fast minus the slow moving average" },
        Output { name: "signal", help: "the signal line" },
        Output { name: "hist", help: "the histogram: MACD minus the signal line" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();
        let periods = ["fast", "slow", "signal"].map(|name| args.integer(name));
        match args.choice("seed") {
            "sma" => macd(graph, x, periods).into(),
            seed => macd_from_first(graph, x, periods, seed).into(),
        }
    },
};

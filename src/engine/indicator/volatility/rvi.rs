//! Relative Volatility Index.

use crate::indicator::builders::{POSITIVE_RMA_FIRST, Smoothing, rvi, rvi_by};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Relative Volatility Index.
pub(in crate::indicator) static RVI: Indicator = Indicator {
    name: "rvi",
    title: "Relative Volatility Index",
    summary: "The share of the standard deviation that occurs on rising values, from 0 to 100.",
    formula: "100 * up / (up + down), or 50 where both are 0; up = ma of stddev(x, stddev) where x rose, else 0, over period; down likewise where it fell",
    source: "TA-Lib 0.8.3 RVI",
    group: Group::Volatility,
    revision: 3,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 14, 1, "the period of the moving averages, in bars"),
        Param::bars("stddev", 10, 2, "the window of the standard deviation, in bars"),
        Param::choice(
            "ma",
            POSITIVE_RMA_FIRST,
            "the moving average: rma (TA-Lib, after Dorsey), ema (TradingView, pandas-ta), sma or wma",
        ),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let (period, window) = (args.integer("period"), args.integer("stddev"));
        match args.choice("ma") {
            "rma" => vec![rvi(graph, x, period, window)],
            kind => {
                vec![rvi_by(graph, x, window, period > 1, |graph, part| Smoothing { kind, period }.of(graph, part))]
            }
        }
    },
};

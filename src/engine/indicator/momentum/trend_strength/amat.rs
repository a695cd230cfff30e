//! Archer Moving Averages Trends.

use crate::indicator::builders::{EMA_FIRST, Smoothing, runs};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Archer Moving Averages Trends.
pub(in crate::indicator) static AMAT: Indicator = Indicator {
    name: "amat",
    title: "Archer Moving Averages Trends",
    summary: "Whether a fast and a slow moving average agree on a trend over a few bars.",
    formula: "long = 1 where ma(x, fast) rose over `lookback` bars and ma(x, slow) moved, else 0; short = 1 where ma(x, fast) fell and ma(x, slow) moved, else 0",
    source: "Trade Archer on TradingView, Moving Averages; pandas-ta amat",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("fast", 8, 1, "the period of the fast average, in bars"),
        Param::bars("slow", 21, 1, "the period of the slow average, in bars"),
        Param::bars("lookback", 2, 1, "the number of bars of the moves"),
        Param::choice("ma", EMA_FIRST, "the type of moving averages"),
    ],
    outputs: &[
        Output { name: "long", help: "1 in an upward run, else 0" },
        Output { name: "short", help: "1 in a downward run, else 0" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();
        let (kind, lookback) = (args.choice("ma"), args.integer("lookback"));
        let averages = ["fast", "slow"].map(|name| Smoothing { kind, period: args.integer(name) }.of(graph, x));
        runs(graph, averages, lookback).into()
    },
};

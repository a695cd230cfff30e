//! Zero Lag MACD.

use crate::indicator::builders::Smoothing;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Aligned;

/// Zero Lag MACD.
pub(in crate::indicator) static ZLMACD: Indicator = Indicator {
    name: "zlmacd",
    title: "Zero Lag MACD",
    summary: "MACD with lag-corrected moving averages, its signal line and the histogram.",
    formula: "macd = a(x, fast) - a(x, slow); signal = a(macd, signal); hist = macd - signal; method=dema: a is dema; method=zlema: a is zlema",
    source: "Glaz, Zero Lag MACD, TradingView (dema); John Ehlers and Ric Way, Zero Lag, 2010 (zlema)",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("fast", 12, 1, "the period of the fast moving average, in bars"),
        Param::bars("slow", 26, 1, "the period of the slow moving average, in bars"),
        Param::bars("signal", 9, 1, "the period of the signal line, in bars"),
        Param::choice("method", &["dema", "zlema"], "the type of the moving averages"),
    ],
    outputs: &[
        Output { name: "macd", help: "the fast minus the slow moving average" },
        Output { name: "signal", help: "the signal line" },
        Output { name: "hist", help: "the histogram: MACD minus the signal line" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();
        let average = |name| Smoothing { kind: args.choice("method"), period: args.integer(name) };
        let averages = ["fast", "slow"].map(|name| average(name).of(graph, x));
        let line = graph.minus(averages);
        let signal = average("signal").of(graph, line);
        vec![graph.add(Aligned, &[line, signal]), signal, graph.minus([line, signal])]
    },
};

//! MACD with Selectable Averages.

use crate::indicator::builders::{SMA_FIRST, Smoothing};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Aligned;

/// MACD with Selectable Averages.
pub(in crate::indicator) static MACDEXT: Indicator = Indicator {
    name: "macdext",
    title: "MACD with Selectable Averages",
    summary: "MACD with selectable moving average types.",
    formula: "macd = fast_ma(x, fast) - slow_ma(x, slow), both aligned so that their first values fall on the same bar; signal = signal_ma(macd, signal); hist = macd - signal; the periods are swapped where fast > slow",
    source: "TA-Lib 0.8.3 MACDEXT",
    group: Group::Momentum,
    revision: 3,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("fast", 12, 2, "the period of the fast moving average, in bars"),
        Param::choice("fast_ma", SMA_FIRST, "the type of the fast moving average"),
        Param::bars("slow", 26, 2, "the period of the slow moving average, in bars"),
        Param::choice("slow_ma", SMA_FIRST, "the type of the slow moving average"),
        Param::bars("signal", 9, 1, "the period of the signal line, in bars"),
        Param::choice("signal_ma", SMA_FIRST, "the type of the signal line"),
    ],
    outputs: &[
        Output { name: "macd", help: "the fast minus the slow moving average" },
        Output { name: "signal", help: "the signal line" },
        Output { name: "hist", help: "the histogram: MACD minus the signal line" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();
        let average = |period: &str, kind: &str| Smoothing { kind: args.choice(kind), period: args.integer(period) };
        let (mut fast, mut slow) = (average("fast", "fast_ma"), average("slow", "slow_ma"));
        if slow.period < fast.period {
            (fast, slow) = (slow, fast);
        }
        let longest = fast.lookback(graph, x).max(slow.lookback(graph, x));
        let pair = [fast, slow].map(|average| average.late(graph, x, longest));
        let line = graph.minus(pair);
        let signal = average("signal", "signal_ma").of(graph, line);
        vec![graph.add(Aligned, &[line, signal]), signal, graph.minus([line, signal])]
    },
};

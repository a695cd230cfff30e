//! MACD, Any Averages.

use crate::indicator::builders::smoothing::{SMA_FIRST, Smoothing};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Aligned;

/// MACD, Any Averages.
pub(in crate::indicator) static MACDEXT: Indicator = Indicator {
    name: "macdext",
    title: "MACD, Any Averages",
    summary: "MACD with selectable moving average types.",
    formula: "macd = fast_ma(x, fast) - slow_ma(x, slow), both aligned so that their first values fall on the same bar; signal = signal_ma(macd, signal); hist = macd - signal; the periods are swapped where fast > slow",
    source: "TA-Lib 0.8.3 MACDEXT",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("fast", 12, 2, "the number of bars of the fast average"),
        Param::choice("fast_ma", SMA_FIRST, "the kind of the fast average"),
        Param::bars("slow", 26, 2, "the number of bars of the slow average"),
        Param::choice("slow_ma", SMA_FIRST, "the kind of the slow average"),
        Param::bars("signal", 9, 1, "the number of bars of the signal"),
        Param::choice("signal_ma", SMA_FIRST, "the kind of the signal"),
    ],
    outputs: &[
        Output { name: "macd", help: "the fast average minus the slow one" },
        Output { name: "signal", help: "the average of that" },
        Output { name: "hist", help: "the macd minus the signal" },
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

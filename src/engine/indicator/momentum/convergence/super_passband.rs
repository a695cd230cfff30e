//! Super Passband Filter.

use crate::indicator::builders::root_mean_square;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{FirstOrder, Seed};

/// Super Passband Filter.
pub(in crate::indicator) static SUPER_PASSBAND: Indicator = Indicator {
    name: "super_passband",
    title: "Super Passband Filter",
    summary: "The difference of two exponential averages, a wide-band cycle filter with little lag, and its root mean square.",
    formula: "value = e(fast) - e(slow); e(n) = exponential average with the smoothing constant 5 / n, from the first value on; upper = sqrt(sma(value^2, rms)); lower = -upper",
    source: "John Ehlers, The Super Passband Filter, Stocks & Commodities, July 2016",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("fast", 40, 5, "the period of the fast average, in bars"),
        Param::bars("slow", 60, 5, "the period of the slow average, in bars"),
        Param::bars("rms", 50, 1, "the number of bars of the root mean square"),
    ],
    outputs: &[
        Output { name: "value", help: "the filter" },
        Output { name: "upper", help: "its root mean square" },
        Output { name: "lower", help: "the same, negated" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();
        let pair = ["fast", "slow"].map(|name| {
            let gain = 5.0 / args.integer(name) as f64;
            graph.add(FirstOrder { beta: 1.0 - gain, gain, seed: Seed::First, warm_up: 0, around_zero: false }, &[x])
        });
        let value = graph.minus(pair);
        let upper = root_mean_square(graph, value, args.integer("rms"));
        vec![value, upper, graph.scaled(upper, -1.0)]
    },
};

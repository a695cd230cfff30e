//! Kaufman Adaptive Moving Average.

use crate::indicator::builders::kama_between;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Kaufman Adaptive Moving Average.
pub(in crate::indicator) static KAMA: Indicator = Indicator {
    name: "kama",
    title: "Kaufman Adaptive Moving Average",
    summary: "An exponential moving average whose smoothing constant depends on the efficiency ratio.",
    formula: "y = y[1] + k * (x - y[1]); k = (er(x, period) * (f - s) + s) ^ 2; f = 2 / (fast + 1); s = 2 / (slow + 1); the first y[1] is the previous input",
    source: "TA-Lib 0.8.3 KAMA",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 30, 1, "the number of changes in the efficiency ratio"),
        Param::bars("fast", 2, 1, "the period of the fastest smoothing, in bars: 2 in TA-Lib, where it is fixed"),
        Param::bars("slow", 30, 1, "the period of the slowest smoothing, in bars: 30 in TA-Lib, where it is fixed"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![kama_between(graph, x, args.integer("period"), ["fast", "slow"].map(|name| args.integer(name)))]
    },
};

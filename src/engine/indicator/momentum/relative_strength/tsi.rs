//! True Strength Index.

use crate::indicator::builders::true_strength;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// True Strength Index.
pub(in crate::indicator) static TSI: Indicator = Indicator {
    name: "tsi",
    title: "True Strength Index",
    summary: "The double-smoothed price change in percent of the double-smoothed absolute price change.",
    formula: "100 * ema(ema(x - x[1], first), second) / ema(ema(|x - x[1]|, first), second), or 0 where the denominator is 0",
    source: "TA-Lib 0.8.3 TSI",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("first", 25, 2, "the period of the first moving average, in bars"),
        Param::bars("second", 13, 2, "the period of the second moving average, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let periods = [args.integer("first"), args.integer("second")];
        vec![true_strength(graph, x, periods)]
    },
};

//! Relative Volatility Index, Refined.

use crate::indicator::builders::rvi;
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::Average;

/// Relative Volatility Index, Refined.
pub(in crate::indicator) static RVIR: Indicator = Indicator {
    name: "rvir",
    title: "Relative Volatility Index, Refined",
    summary: "The mean of the relative volatility index of the high and that of the low.",
    formula: "(rvi(high, period, stddev) + rvi(low, period, stddev)) / 2",
    source: "TA-Lib 0.8.3 RVIR",
    group: Group::Volatility,
    revision: 3,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[
        Param::bars("period", 14, 1, "the period of the moving averages, in bars"),
        Param::bars("stddev", 10, 2, "the window of the standard deviation, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let bars: [Port; 2] = args.inputs();
        let indices = bars.map(|x| rvi(graph, x, args.integer("period"), args.integer("stddev")));
        vec![graph.add(Average { inputs: 2 }, &indices)]
    },
};

//! Correlation Trend Indicator.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::TimeCorrelation;

/// Correlation Trend Indicator.
pub(in crate::indicator) static CTI: Indicator = Indicator {
    name: "cti",
    title: "Correlation Trend Indicator",
    summary: "The correlation of the window's values with time, 1 for a straight rise and -1 for a straight fall.",
    formula: "correlation of the values in the window with a rising straight line, or 0 where all values are equal",
    source: "TA-Lib 0.8.3 CTI",
    group: Group::Momentum,
    revision: 3,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 20, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(TimeCorrelation { window: args.integer("period") }, &[x])]
    },
};

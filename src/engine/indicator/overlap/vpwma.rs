//! Variable Power Weighted Moving Average.

use crate::indicator::builders::power_mean;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Variable Power Weighted Moving Average.
pub(in crate::indicator) static VPWMA: Indicator = Indicator {
    name: "vpwma",
    title: "Variable Power Weighted Moving Average",
    summary: "A moving average weighted by a power of the place in the window.",
    formula: "sum of (period - i)^power * x[i] / sum of (period - i)^power, i from 0 to period - 1; power 0.5 is the square root, 2 the squared, 3 the cubed weighted average, 1 is wma",
    source: "jesse vpwma, srwma, sqwma, cwma",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 14, 1, "the number of bars in the window"),
        Param::real("power", 0.382, 0.0, 20.0, "the power"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![power_mean(graph, x, args.integer("period"), args.real("power"))]
    },
};

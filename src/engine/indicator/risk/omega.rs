//! Omega Ratio.

use crate::indicator::builders::excess_and_shortfall;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Sum;

/// Omega Ratio.
pub(in crate::indicator) static OMEGA: Indicator = Indicator {
    name: "omega",
    title: "Omega Ratio",
    summary: "The ratio of total returns above a threshold to total shortfall below it.",
    formula: "sum of max(r - threshold, 0) / sum of max(threshold - r, 0) over the last `period` returns r; NaN where no return is below the threshold",
    source: "Keating and Shadwick 2002",
    group: Group::Risk,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 100, 1, "the number of returns in the window"),
        Param::real("threshold", 0.0, -1.0, 1.0, "the threshold return per bar, as a fraction"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let parts = excess_and_shortfall(graph, x, args.real("threshold"));
        let sums = parts.map(|part| graph.add(Sum { window }, &[part]));
        vec![graph.ratio(sums, f64::NAN)]
    },
};

//! Variance.

use crate::indicator::builders::DDOF;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Variance;

/// Variance.
pub(in crate::indicator) static VAR: Indicator = Indicator {
    name: "var",
    title: "Variance",
    summary: "The variance of the window.",
    formula: "sum of (x[i] - mean)^2 / (period - ddof), or 0 for a single value",
    source: "TA-Lib 0.8.3 VAR; ddof as in pandas and NumPy",
    group: Group::Statistic,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::period(5), DDOF],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        // A single value has no sample variance; its population variance is 0.
        let ddof = args.integer("ddof").min(window - 1);
        vec![graph.add(Variance { window, ddof }, &[x])]
    },
};

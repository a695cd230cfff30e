//! Trendflex.

use crate::indicator::cycle::flex::{rms_normalized, smooth_change};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::LinearWeightedMean;

/// Trendflex.
pub(in crate::indicator) static TRENDFLEX: Indicator = Indicator {
    name: "trendflex",
    title: "Trendflex",
    summary: "The mean difference between the smoothed input and its earlier values, normalised by its root mean square.",
    formula: "sum / sqrt(m); sum = mean of f - f[i], i from 1 to period; f = super_smoother(x, period / 2); m = 0.04 sum^2 + 0.96 m[1], seeded with the first sum^2; 0 where m is 0",
    source: "John Ehlers, Reflex: A New Zero-Lag Indicator, Stocks & Commodities, February 2020",
    group: Group::Cycle,
    revision: 3,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 20, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let rise = smooth_change(graph, x, window);
        let weighted = graph.add(LinearWeightedMean { window }, &[rise]);
        vec![rms_normalized(graph, weighted)]
    },
};

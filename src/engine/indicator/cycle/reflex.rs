//! Reflex.

use crate::indicator::cycle::flex::{rms_normalized, smooth_change};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{LinearWeightedMean, Mean};

/// Reflex.
pub(in crate::indicator) static REFLEX: Indicator = Indicator {
    name: "reflex",
    title: "Reflex",
    summary: "The mean of the window's chord minus the smoothed input, normalised by its root mean square.",
    formula: "sum / sqrt(m); sum = mean of f + i * slope - f[i], i from 1 to period; slope = (f[period] - f) / period; f = super_smoother(x, period / 2); m = 0.04 sum^2 + 0.96 m[1], seeded with the first sum^2; 0 where m is 0",
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
        let mean = graph.add(Mean { window }, &[rise]);
        let off = graph.minus([weighted, mean]);
        vec![rms_normalized(graph, off)]
    },
};

//! Gain to Loss Ratio.

use crate::indicator::builders::excess_and_shortfall;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{CompareConstant, Comparison, Sum};

/// Gain to Loss Ratio.
pub(in crate::indicator) static GAIN_LOSS_RATIO: Indicator = Indicator {
    name: "gain_loss_ratio",
    title: "Gain to Loss Ratio",
    summary: "The ratio of the mean gain to the mean loss over the window (the payoff ratio).",
    formula: "mean of the last `period` returns above 0 / |mean of those below 0|; NaN where either kind is missing",
    source: "Kaufman, Trading Systems and Methods, 2013: average win / average loss",
    group: Group::Risk,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 100, 1, "the number of returns in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let means = excess_and_shortfall(graph, x, 0.0).map(|part| {
            let counts = graph.add(CompareConstant { op: Comparison::Greater, value: 0.0 }, &[part]);
            let sums = [part, counts].map(|part| graph.add(Sum { window }, &[part]));
            graph.ratio(sums, f64::NAN)
        });
        vec![graph.ratio(means, f64::NAN)]
    },
};

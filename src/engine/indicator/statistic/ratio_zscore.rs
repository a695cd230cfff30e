//! Ratio Z-Score.

use crate::indicator::builders::DDOF;
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::DeviationOfNewest;

/// Ratio Z-Score.
pub(in crate::indicator) static RATIO_ZSCORE: Indicator = Indicator {
    name: "ratio_zscore",
    title: "Ratio Z-Score",
    summary: "The z-score of the ratio of two series.",
    formula: "r = a / b, or 0 where b is 0; (r - mean(r)) / stddev(r, ddof), or 0 where the denominator is 0",
    source: "z-score of the price ratio, as in pairs trading",
    group: Group::Statistic,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::bars("period", 20, 2, "the number of bars in the window"), DDOF],
    outputs: Output::ONE,
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        let (window, ddof) = (args.integer("period"), args.integer("ddof"));
        let ratio = graph.ratio(pair, 0.0);
        let distance = graph.add_all(DeviationOfNewest { window, ddof }, &[ratio]);
        vec![graph.ratio(distance, 0.0)]
    },
};

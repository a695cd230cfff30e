//! Coefficient of Variation.

use crate::indicator::builders::DDOF;
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::MeanAndStandardDeviation;

/// Coefficient of Variation.
pub(in crate::indicator) static CV: Indicator = Indicator {
    name: "cv",
    title: "Coefficient of Variation",
    summary: "The coefficient of variation: the standard deviation as a fraction of the mean.",
    formula: "stddev(x, period, ddof) / sma(x, period), or 0 where the mean is 0",
    source: "Pearson 1896; as in scipy.stats.variation",
    group: Group::Statistic,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 20, 2, "the number of bars in the window"), DDOF],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let (window, ddof) = (args.integer("period"), args.integer("ddof"));
        let [mean, deviation]: [Port; 2] = graph.add_all(MeanAndStandardDeviation { window, ddof }, &[x]);
        vec![graph.ratio([deviation, mean], 0.0)]
    },
};

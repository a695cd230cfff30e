//! Z-Score.

use crate::indicator::builders::DDOF;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::DeviationOfNewest;

/// Z-Score.
pub(in crate::indicator) static ZSCORE: Indicator = Indicator {
    name: "zscore",
    title: "Z-Score",
    summary: "The number of standard deviations of the latest value from the mean of the window.",
    formula: "(x - sma(x, period)) / stddev(x, period, ddof), or 0 where the denominator is 0",
    source: "Kreyszig 1979; ddof as in pandas and NumPy",
    group: Group::Statistic,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 20, 2, "the number of bars in the window"), DDOF],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let (window, ddof) = (args.integer("period"), args.integer("ddof"));
        let pair = graph.add_all(DeviationOfNewest { window, ddof }, &[x]);
        vec![graph.ratio(pair, 0.0)]
    },
};

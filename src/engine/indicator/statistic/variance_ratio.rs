//! Variance Ratio.

use crate::indicator::builders::log_returns;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Variance;

/// Variance Ratio.
pub(in crate::indicator) static VARIANCE_RATIO: Indicator = Indicator {
    name: "variance_ratio",
    title: "Variance Ratio",
    summary: "The variance ratio of returns: above 1 for persistent ones, below 1 for mean-reverting ones.",
    formula: "sample variance of ln(x / x[lag]) / (lag * sample variance of ln(x / x[1])), each over the last `period` returns, or 1 where the input is constant",
    source: "Lo and MacKinlay 1988, overlapping returns",
    group: Group::Statistic,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 100, 2, "the number of returns of each lag"),
        Param::bars("lag", 5, 2, "the lag of the longer returns, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let (window, lag) = (args.integer("period"), args.integer("lag"));
        let variances = [lag, 1].map(|bars| {
            let returns = log_returns(graph, x, bars);
            graph.add(Variance { window, ddof: 1 }, &[returns])
        });
        vec![graph.percent(variances, 1.0 / lag as f64, 1.0)]
    },
};

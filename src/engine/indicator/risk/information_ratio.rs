//! Information Ratio.

use crate::indicator::builders::{ANNUALIZATION, returns};
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::MeanAndStandardDeviation;

/// Information Ratio.
pub(in crate::indicator) static INFORMATION_RATIO: Indicator = Indicator {
    name: "information_ratio",
    title: "Information Ratio",
    summary: "The annualised mean of the returns in excess of a benchmark, relative to their standard deviation.",
    formula: "mean(ra - rb) / stddev(ra - rb, ddof=1) * sqrt(annualization) over the last `period` bars; NaN where the denominator is 0; ra and rb are the one-bar returns of the series and of the benchmark",
    source: "Treynor and Black 1973; Goodwin, Financial Analysts Journal, 1998",
    group: Group::Risk,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::bars("period", 252, 2, "the number of returns in the window"), ANNUALIZATION],
    outputs: Output::ONE,
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        let returns = pair.map(|x| returns(graph, x));
        let active = graph.minus(returns);
        let kernel = MeanAndStandardDeviation { window: args.integer("period"), ddof: 1 };
        let parts: [Port; 2] = graph.add_all(kernel, &[active]);
        vec![graph.percent(parts, args.real("annualization").sqrt(), f64::NAN)]
    },
};

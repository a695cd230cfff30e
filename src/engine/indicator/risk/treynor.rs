//! Treynor Ratio.

use crate::indicator::builders::{ANNUALIZATION, returns, sma};
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Affine, RegressionBeta};

/// Treynor Ratio.
pub(in crate::indicator) static TREYNOR: Indicator = Indicator {
    name: "treynor",
    title: "Treynor Ratio",
    summary: "The annualised mean excess return per unit of beta to the market.",
    formula: "annualization * (mean(ra) - risk_free / annualization) / b; b = covariance(ra, rb) / variance(rb) over the last `period` bars; NaN where b is 0; ra and rb are the one-bar returns of the series and of the market",
    source: "Jack Treynor, Harvard Business Review, 1965",
    group: Group::Risk,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[
        Param::bars("period", 252, 2, "the number of returns in the window"),
        Param::real("risk_free", 0.0, -1.0, 1000.0, "the annual risk-free return, as a fraction"),
        ANNUALIZATION,
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        let (window, annualization) = (args.integer("period"), args.real("annualization"));
        let [a, b] = pair.map(|x| returns(graph, x));
        let beta = graph.add(RegressionBeta { window }, &[b, a]);
        let mean = sma(graph, a, window);
        let excess = graph.add(Affine { scale: annualization, offset: -args.real("risk_free") }, &[mean]);
        vec![graph.ratio([excess, beta], f64::NAN)]
    },
};

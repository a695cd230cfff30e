//! Jensen's Alpha.

use crate::indicator::builders::rocp;
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Affine, Mean, RegressionBeta};

/// Jensen's Alpha.
pub(in crate::indicator) static ALPHA: Indicator = Indicator {
    name: "alpha",
    title: "Jensen's Alpha",
    summary: "The mean excess return of the first series per bar that its beta to the second does not explain.",
    formula: "mean(ra) - (riskfree + b * (mean(rb) - riskfree)), b = covariance(ra, rb) / variance(rb), or 0 where the denominator is 0; ra and rb are the one-bar returns as fractions",
    source: "Michael Jensen, The Performance of Mutual Funds (1968)",
    group: Group::Statistic,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[
        Param::period(30),
        Param::real("riskfree", 0.0, -1.0, 1.0, "the risk-free return per bar, as a fraction"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        let [a, b] = pair.map(|x| rocp(graph, x, 1));
        let (window, riskfree) = (args.integer("period"), args.real("riskfree"));
        let beta = graph.add(RegressionBeta { window }, &[b, a]);
        let [a, b] = [a, b].map(|returns| {
            let mean = graph.add(Mean { window }, &[returns]);
            graph.add(Affine { scale: 1.0, offset: -riskfree }, &[mean])
        });
        let explained = graph.times([beta, b]);
        vec![graph.minus([a, explained])]
    },
};

//! Modigliani Risk-Adjusted Performance.

use crate::indicator::builders::{ANNUALIZATION, returns};
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Affine, MeanAndStandardDeviation};

/// Modigliani Risk-Adjusted Performance.
pub(in crate::indicator) static M2: Indicator = Indicator {
    name: "m2",
    title: "Modigliani Risk-Adjusted Performance",
    summary: "The annualised return of a series, had it been levered to the risk of the market (M squared).",
    formula: "annualization * (mean(ra) - f) * stddev(rb) / stddev(ra) + risk_free; f = risk_free / annualization; over the last `period` bars; NaN where stddev(ra) is 0; ra and rb are the one-bar returns of the series and of the market",
    source: "Franco and Leah Modigliani, Journal of Portfolio Management, 1997",
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
        let (window, annualization, free) =
            (args.integer("period"), args.real("annualization"), args.real("risk_free"));
        let [own, market]: [[Port; 2]; 2] = pair.map(|x| {
            let returns = returns(graph, x);
            graph.add_all(MeanAndStandardDeviation { window, ddof: 1 }, &[returns])
        });
        let excess = graph.add(Affine { scale: annualization, offset: -free }, &[own[0]]);
        let leverage = graph.ratio([market[1], own[1]], f64::NAN);
        let earned = graph.times([excess, leverage]);
        vec![graph.add(Affine { scale: 1.0, offset: free }, &[earned])]
    },
};

//! Sortino Ratio.

use crate::indicator::builders::{ANNUALIZATION, excess_and_shortfall, returns};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Affine, Mean, SquareRoot};

/// Sortino Ratio.
pub(in crate::indicator) static SORTINO: Indicator = Indicator {
    name: "sortino",
    title: "Sortino Ratio",
    summary: "The annualised ratio of the mean return above a target to the downside deviation.",
    formula: "(mean of the last `period` returns r - t) / sqrt(mean of min(r - t, 0)^2) * sqrt(annualization), t = target / annualization; NaN where no return is below t",
    source: "Sortino and Price 1994",
    group: Group::Risk,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 252, 1, "the number of returns in the window"),
        Param::real("target", 0.0, -1.0, 1000.0, "the annual target return, as a fraction"),
        ANNUALIZATION,
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let (window, annualization) = (args.integer("period"), args.real("annualization"));
        let target = args.real("target") / annualization;
        let returns = returns(graph, x);
        let mean = graph.add(Mean { window }, &[returns]);
        let excess = graph.add(Affine { scale: 1.0, offset: -target }, &[mean]);
        let [_, missed] = excess_and_shortfall(graph, x, target);
        let square = graph.times([missed, missed]);
        let mean = graph.add(Mean { window }, &[square]);
        let downside = graph.add(SquareRoot, &[mean]);
        vec![graph.percent([excess, downside], annualization.sqrt(), f64::NAN)]
    },
};

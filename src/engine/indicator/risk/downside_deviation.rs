//! Downside Deviation.

use crate::indicator::builders::{ANNUALIZATION, excess_and_shortfall, root_mean_square};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Downside Deviation.
pub(in crate::indicator) static DOWNSIDE_DEVIATION: Indicator = Indicator {
    name: "downside_deviation",
    title: "Downside Deviation",
    summary: "The annualised root mean square of returns below a target.",
    formula: "sqrt(mean of min(r - t, 0)^2) * sqrt(annualization) over the last `period` returns r; t = target / annualization",
    source: "Sortino and Price 1994; empyrical downside_risk",
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
        let annualization = args.real("annualization");
        let [_, missed] = excess_and_shortfall(graph, x, args.real("target") / annualization);
        let size = root_mean_square(graph, missed, args.integer("period"));
        vec![graph.scaled(size, annualization.sqrt())]
    },
};

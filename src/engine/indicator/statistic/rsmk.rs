//! RSMK Relative Strength.

use crate::indicator::builders::{ema, log_returns};
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};

/// RSMK Relative Strength.
pub(in crate::indicator) static RSMK: Indicator = Indicator {
    name: "rsmk",
    title: "RSMK Relative Strength",
    summary: "The smoothed momentum of the ratio of two series, as log returns in percent.",
    formula: "ema(100 * (ln(a / b) - ln(a[period] / b[period])), smooth)",
    source: "Markos Katsanos, Using Relative Strength To Outperform The Market, Stocks & Commodities, March 2020",
    group: Group::Statistic,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[
        Param::bars("period", 90, 1, "the number of bars of the momentum"),
        Param::bars("smooth", 3, 1, "the period of the average, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        let gains = pair.map(|x| log_returns(graph, x, args.integer("period")));
        let ahead = graph.minus(gains);
        let percent = graph.scaled(ahead, 100.0);
        vec![ema(graph, percent, args.integer("smooth"))]
    },
};

//! Gopalakrishnan Range Index.

use crate::indicator::builders::{Function, Transform};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Max, Min};

/// Gopalakrishnan Range Index.
pub(in crate::indicator) static GAPO: Indicator = Indicator {
    name: "gapo",
    title: "Gopalakrishnan Range Index",
    summary: "The logarithm of the window's price range, to the base of the window length.",
    formula: "ln(max(high, period) - min(low, period)) / ln(period); not finite where the range is 0",
    source: "Jayanthi Gopalakrishnan, Stocks & Commodities, January 2001",
    group: Group::Volatility,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::bars("period", 5, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low] = args.inputs();
        let window = args.integer("period");
        let highest = graph.add(Max { window }, &[high]);
        let lowest = graph.add(Min { window }, &[low]);
        let range = graph.minus([highest, lowest]);
        let logarithm = graph.add(Transform { function: Function::Ln }, &[range]);
        vec![graph.scaled(logarithm, 1.0 / libm::log(window as f64))]
    },
};

//! Triple Hull Moving Average.

use crate::indicator::builders::wma;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Triple Hull Moving Average.
pub(in crate::indicator) static THMA: Indicator = Indicator {
    name: "thma",
    title: "Triple Hull Moving Average",
    summary: "The Hull construction with weighted moving averages of three lengths.",
    formula: "wma(3 * wma(x, period / 3) - wma(x, period / 2) - wma(x, period), period), fractions of the period rounded down",
    source: "InSilico, Hull Suite (THMA), TradingView",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 20, 1, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let period = args.integer("period");
        let [third, half, full] = [3, 2, 1].map(|share| wma(graph, x, (period / share).max(1)));
        let ahead = [half, full].map(|slower| graph.minus([third, slower]));
        let ahead = graph.plus(ahead);
        let corrected = graph.plus([third, ahead]);
        vec![wma(graph, corrected, period)]
    },
};

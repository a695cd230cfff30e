//! Average Daily Range.

use crate::indicator::builders::sma;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Average Daily Range.
pub(in crate::indicator) static ADR: Indicator = Indicator {
    name: "adr",
    title: "Average Daily Range",
    summary: "The simple moving average of the bar range (high - low).",
    formula: "sma(high - low, period)",
    source: "TA-Lib 0.8.3 ADR",
    group: Group::Volatility,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::bars("period", 14, 1, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let range = graph.minus(args.inputs());
        vec![sma(graph, range, args.integer("period"))]
    },
};

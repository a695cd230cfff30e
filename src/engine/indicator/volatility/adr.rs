//! Average Daily Range.

use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::MeanDifference;

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
        let bars: [Port; 2] = args.inputs();
        vec![graph.add(MeanDifference { window: args.integer("period") }, &bars)]
    },
};

//! Awesome Oscillator.

use crate::indicator::builders::ao;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Awesome Oscillator.
pub(in crate::indicator) static AO: Indicator = Indicator {
    name: "ao",
    title: "Awesome Oscillator",
    summary: "A fast minus a slow simple moving average of the median price.",
    formula: "sma((high + low) / 2, fast) - sma((high + low) / 2, slow)",
    source: "TA-Lib 0.8.3 AO",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[
        Param::bars("fast", 5, 2, "the period of the fast moving average, in bars"),
        Param::bars("slow", 34, 2, "the period of the slow moving average, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let periods = [args.integer("fast"), args.integer("slow")];
        vec![ao(graph, args.inputs(), periods)]
    },
};

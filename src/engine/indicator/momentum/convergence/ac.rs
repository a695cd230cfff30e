//! Accelerator Oscillator.

use crate::indicator::builders::ao;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Centered;

/// Accelerator Oscillator.
pub(in crate::indicator) static AC: Indicator = Indicator {
    name: "ac",
    title: "Accelerator Oscillator",
    summary: "The awesome oscillator minus its simple moving average.",
    formula: "ao - sma(ao, signal); ao = ao(high, low, fast, slow)",
    source: "TA-Lib 0.8.3 AC",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[
        Param::bars("fast", 5, 2, "the period of the fast moving average, in bars"),
        Param::bars("slow", 34, 2, "the period of the slow moving average, in bars"),
        Param::bars("signal", 5, 2, "the period of the oscillator's moving average, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let periods = [args.integer("fast"), args.integer("slow")];
        let ao = ao(graph, args.inputs(), periods);
        vec![graph.add(Centered { window: args.integer("signal") }, &[ao])]
    },
};

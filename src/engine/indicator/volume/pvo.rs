//! Percentage Volume Oscillator.

use crate::indicator::builders::{EMA_FIRST, price_oscillator};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Percentage Volume Oscillator.
pub(in crate::indicator) static PVO: Indicator = Indicator {
    name: "pvo",
    title: "Percentage Volume Oscillator",
    summary: "A fast minus a slow moving average of volume, in percent of the slow one.",
    formula: "as ppo, of volume",
    source: "TA-Lib 0.8.3 PVO",
    group: Group::Volume,
    revision: 3,
    inputs: &[Input::VOLUME],
    params: &[
        Param::bars("fast", 12, 2, "the period of the fast moving average, in bars"),
        Param::bars("slow", 26, 2, "the period of the slow moving average, in bars"),
        Param::choice("ma", EMA_FIRST, "the type of moving average"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [volume] = args.inputs();
        let periods = [args.integer("fast"), args.integer("slow")];
        let difference_and_slow = price_oscillator(graph, volume, args.choice("ma"), periods);
        vec![graph.percent(difference_and_slow, 100.0, 0.0)]
    },
};

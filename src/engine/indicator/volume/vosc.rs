//! Volume Oscillator.

use crate::indicator::builders::sma;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Volume Oscillator.
pub(in crate::indicator) static VOSC: Indicator = Indicator {
    name: "vosc",
    title: "Volume Oscillator",
    summary: "A fast minus a slow moving average of volume, in percent of the slow one.",
    formula: "100 * (sma(volume, fast) - sma(volume, slow)) / sma(volume, slow), or 0 where the total volume is 0",
    source: "Tulip Indicators vosc",
    group: Group::Volume,
    revision: 1,
    inputs: &[Input::VOLUME],
    params: &[
        Param::bars("fast", 5, 1, "the period of the short moving average, in bars"),
        Param::bars("slow", 10, 1, "the period of the long moving average, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [volume] = args.inputs();
        let [fast, slow] = ["fast", "slow"].map(|name| sma(graph, volume, args.integer(name)));
        let difference = graph.minus([fast, slow]);
        vec![graph.percent([difference, slow], 100.0, 0.0)]
    },
};

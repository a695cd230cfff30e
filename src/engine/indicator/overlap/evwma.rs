//! Elastic Volume Weighted Moving Average.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Adaptive, Sum};

/// Elastic Volume Weighted Moving Average.
pub(in crate::indicator) static EVWMA: Indicator = Indicator {
    name: "evwma",
    title: "Elastic Volume Weighted Moving Average",
    summary: "A moving average whose smoothing constant is the bar's share of recent volume.",
    formula: "y = y[1] + volume / sum(volume, period) * (x - y[1]), or y[1] where the total volume is 0; the first y[1] is the previous input",
    source: "Christian P. Fries, Elastic Moving Averages, 2001",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::CLOSE, Input::VOLUME],
    params: &[Param::bars("period", 20, 1, "the number of bars in the volume window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x, volume] = args.inputs();
        let window = args.integer("period");
        let traded = graph.add(Sum { window }, &[volume]);
        let weight = graph.ratio([volume, traded], 0.0);
        vec![graph.add(Adaptive { from_zero: false }, &[x, weight])]
    },
};

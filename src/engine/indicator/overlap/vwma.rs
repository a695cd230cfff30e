//! Volume Weighted Moving Average.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::WeightedMean;

/// Volume Weighted Moving Average.
pub(in crate::indicator) static VWMA: Indicator = Indicator {
    name: "vwma",
    title: "Volume Weighted Moving Average",
    summary: "The volume-weighted average price of the window.",
    formula: "sum of x * volume / sum of volume; NaN where the total volume is 0; with period 1, the input itself",
    source: "TA-Lib 0.8.3 VWMA",
    group: Group::Overlap,
    revision: 3,
    inputs: &[Input::CLOSE, Input::VOLUME],
    params: &[Param::bars("period", 30, 1, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x, volume] = args.inputs();
        let window = args.integer("period");
        if window == 1 {
            return vec![graph.scaled(x, 1.0)];
        }
        vec![graph.add(WeightedMean { window }, &[x, volume])]
    },
};

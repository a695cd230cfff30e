//! Up/Down Volume Ratio.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{SignedFlow, Sum};

/// Up/Down Volume Ratio.
pub(in crate::indicator) static UPDOWN_VOLUME: Indicator = Indicator {
    name: "updown_volume",
    title: "Up/Down Volume Ratio",
    summary: "The volume of rising bars as a multiple of the volume of falling bars.",
    formula: "sum of volume where close > close[1] / sum of volume where close < close[1] over `period` bars; NaN where the volume of falling bars is 0",
    source: "Investor's Business Daily, Up/Down Volume Ratio",
    group: Group::Volume,
    revision: 1,
    inputs: &[Input::CLOSE, Input::VOLUME],
    params: &[Param::period(50)],
    outputs: Output::ONE,
    build: |graph, args| {
        let inputs: [_; 2] = args.inputs();
        let window = args.integer("period");
        let flows: [_; 2] = graph.add_all(SignedFlow, &inputs);
        let sums = flows.map(|flow| graph.add(Sum { window }, &[flow]));
        vec![graph.ratio(sums, f64::NAN)]
    },
};

//! Weighted On Balance Volume.

use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::{Change, CumulativeSum};

/// Weighted On Balance Volume.
pub(in crate::indicator) static WOBV: Indicator = Indicator {
    name: "wobv",
    title: "Weighted On Balance Volume",
    summary: "The cumulative volume times the change of price.",
    formula: "y = y[1] + volume * (x - x[1]); y is 0 before the first change",
    source: "finta WOBV",
    group: Group::Volume,
    revision: 1,
    inputs: &[Input::CLOSE, Input::VOLUME],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x, volume] = args.inputs();
        let change = graph.add(Change { bars: 1 }, &[x]);
        let flow = graph.times([volume, change]);
        vec![graph.add(CumulativeSum, &[flow])]
    },
};

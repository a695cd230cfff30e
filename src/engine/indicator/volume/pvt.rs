//! Price Volume Trend.

use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::{CumulativeSum, Previous, ReturnFlow};

/// Price Volume Trend.
pub(in crate::indicator) static PVT: Indicator = Indicator {
    name: "pvt",
    title: "Price Volume Trend",
    summary: "The cumulative sum of volume times return.",
    formula: "y = y[1] + volume * (close - close[1]) / close[1], with 0 added where close[1] is 0; the first y is 0",
    source: "TA-Lib 0.8.3 PVT",
    group: Group::Volume,
    revision: 2,
    inputs: &[Input::CLOSE, Input::VOLUME],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [close, volume] = args.inputs();
        let before = graph.add(Previous, &[close, close]);
        let flow = graph.add(ReturnFlow, &[close, before, volume]);
        vec![graph.add(CumulativeSum, &[flow])]
    },
};

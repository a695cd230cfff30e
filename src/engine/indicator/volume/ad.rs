//! Accumulation/Distribution.

use crate::indicator::{Graph, Group, Indicator, Input, Output, Port};
use crate::kernel::{CumulativeSum, MoneyFlowVolume};

/// Accumulation/Distribution.
pub(in crate::indicator) static AD: Indicator = Indicator {
    name: "ad",
    title: "Accumulation/Distribution",
    summary: "The cumulative sum of volume weighted by the close location value.",
    formula: "y = y[1] + ((close - low) - (high - close)) / (high - low) * volume, with 0 added where the bar range is 0",
    source: "TA-Lib 0.8.3 AD",
    group: Group::Volume,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE, Input::VOLUME],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| vec![ad(graph, args.inputs())],
};

/// The accumulation/distribution line of high, low, close and volume.
pub(in crate::indicator) fn ad(graph: &mut Graph, bars: [Port; 4]) -> Port {
    let flow = flow(graph, bars);
    graph.add(CumulativeSum, &[flow])
}

/// The volume weighted by the close location value.
pub(in crate::indicator) fn flow(graph: &mut Graph, bars: [Port; 4]) -> Port {
    graph.add(MoneyFlowVolume, &bars)
}

//! Williams Variable Accumulation/Distribution.

use crate::indicator::{Graph, Group, Indicator, Input, Output, Port};
use crate::kernel::{ElementwiseMap, elementwise_map, parameters};

/// Williams Variable Accumulation/Distribution.
pub(in crate::indicator) static WVAD: Indicator = Indicator {
    name: "wvad",
    title: "Williams Variable Accumulation/Distribution",
    summary: "The volume times the body as a fraction of the bar range.",
    formula: "(close - open) / (high - low) * volume, or 0 where the bar range is 0",
    source: "Pine Script ta.wvad",
    group: Group::Volume,
    revision: 1,
    inputs: &[Input::OPEN, Input::HIGH, Input::LOW, Input::CLOSE, Input::VOLUME],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| vec![body_flow(graph, args.inputs())],
};

/// The volume times the body as a fraction of the range.
pub(in crate::indicator) fn body_flow(graph: &mut Graph, bars: [Port; 5]) -> Port {
    graph.add(BodyFlow, &bars)
}

/// Inputs: open, high, low, close and volume.
#[derive(Debug, Clone)]
struct BodyFlow;

parameters!(BodyFlow);

impl ElementwiseMap<5, 1> for BodyFlow {
    #[inline(always)]
    fn values(&self, [open, high, low, close, volume]: [f64; 5]) -> [f64; 1] {
        let range = high - low;
        let way = close - open;
        let flow = way / range * volume;
        [if range == 0.0 && !(way + volume).is_nan() { 0.0 } else { flow }]
    }
}

elementwise_map!(BodyFlow: 5 => 1);

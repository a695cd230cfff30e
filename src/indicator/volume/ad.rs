//! Accumulation/Distribution.

use crate::indicator::{Graph, Group, Indicator, Input, Output, Port};
use crate::kernel::{Rule, Total, by_rule};

/// Accumulation/Distribution.
pub(in crate::indicator) static AD: Indicator = Indicator {
    name: "ad",
    title: "Accumulation/Distribution",
    summary: "The quantities traded so far, each by where in its bar the close is.",
    formula: "y = y[1] + ((close - low) - (high - close)) / (high - low) * volume, with nothing added where the bar has no range",
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
    graph.add(Total, &[flow])
}

/// The quantity traded, by where in its bar the close is.
pub(in crate::indicator) fn flow(graph: &mut Graph, bars: [Port; 4]) -> Port {
    graph.add(Flow, &bars)
}

#[derive(Debug, Clone)]
struct Flow;

impl Rule<4, 1> for Flow {
    #[inline(always)]
    fn values(&self, [high, low, close, volume]: [f64; 4]) -> [f64; 1] {
        let (net, range) = ((close - low) - (high - close), high - low);
        let place = if range == 0.0 && !net.is_nan() { 0.0 } else { net / range };
        [place * volume]
    }
}

by_rule!(Flow: 4 => 1);

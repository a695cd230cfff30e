//! Pivot High.

use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{ElementwiseMap, Lag, Max, Min, elementwise_map, parameters};

/// Pivot High.
pub(in crate::indicator) static PIVOTHIGH: Indicator = Indicator {
    name: "pivothigh",
    title: "Pivot High",
    summary: "The price of a swing high at the bar that confirms it; NaN at all other bars.",
    formula: "x[right] where it is above the `left` values before it and all `right` values since, else NaN",
    source: "Pine Script ta.pivothigh",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::HIGH],
    params: &[LEFT, RIGHT],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let swing = swing_high(graph, x, args.integer("left"), args.integer("right"));
        vec![graph.add(Pivot { sign: 1.0 }, &swing)]
    },
};

/// The number of bars before a swing point.
pub(in crate::indicator) const LEFT: Param = Param::bars("left", 5, 1, "the number of bars before the swing point");

/// The number of bars after a swing point.
pub(in crate::indicator) const RIGHT: Param =
    Param::bars("right", 5, 1, "the number of bars after the swing point, which confirm it");

/// The candidate for a swing high, the largest value before it, and the largest since.
pub(in crate::indicator) fn swing_high(graph: &mut Graph, x: Port, left: usize, right: usize) -> [Port; 3] {
    let before = graph.add(Max { window: left }, &[x]);
    let since = graph.add(Max { window: right }, &[x]);
    [graph.add(Lag { bars: right }, &[x]), graph.add(Lag { bars: right + 1 }, &[before]), since]
}

/// As `swing_high`, of a swing low.
pub(in crate::indicator) fn swing_low(graph: &mut Graph, x: Port, left: usize, right: usize) -> [Port; 3] {
    let before = graph.add(Min { window: left }, &[x]);
    let since = graph.add(Min { window: right }, &[x]);
    [graph.add(Lag { bars: right }, &[x]), graph.add(Lag { bars: right + 1 }, &[before]), since]
}

/// The first input where it exceeds the other two in the direction of the sign, else NaN.
#[derive(Debug, Clone)]
pub(in crate::indicator) struct Pivot {
    /// 1 or -1.
    pub(in crate::indicator) sign: f64,
}

parameters!(Pivot { sign });

impl ElementwiseMap<3, 1> for Pivot {
    #[inline(always)]
    fn values(&self, inputs: [f64; 3]) -> [f64; 1] {
        let [at, before, since] = inputs.map(|value| value * self.sign);
        [if at > before && at > since { inputs[0] } else { f64::NAN }]
    }
}

elementwise_map!(Pivot: 3 => 1);

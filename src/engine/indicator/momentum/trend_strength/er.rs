//! Efficiency Ratio.

use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{AbsoluteChange, Change, ElementwiseMap, Sum, elementwise_map, parameters};

/// Efficiency Ratio.
pub(in crate::indicator) static ER: Indicator = Indicator {
    name: "er",
    title: "Efficiency Ratio",
    summary: "The net change as a fraction of the sum of absolute changes, 0 to 1.",
    formula: "|x - x[period]| / sum of |x - x[1]|, or 1 where the input is constant",
    source: "TA-Lib 0.8.3 ER",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 10, 2, "the number of changes in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let pair = forward_and_way(graph, x, args.integer("period"));
        vec![graph.add(Efficiency, &pair)]
    },
};

/// The net change of `x` over a number of bars, and the sum of its absolute changes.
pub(in crate::indicator) fn forward_and_way(graph: &mut Graph, x: Port, bars: usize) -> [Port; 2] {
    let forward = graph.add(Change { bars }, &[x]);
    let step = graph.add(AbsoluteChange { bars: 1 }, &[x]);
    [forward, graph.add(Sum { window: bars }, &[step])]
}

/// The net change as a fraction of the sum of absolute changes.
#[inline(always)]
pub(in crate::indicator) fn efficiency([forward, way]: [f64; 2]) -> f64 {
    let share = forward.abs() / way;
    let share = if share > 1.0 { 1.0 } else { share };
    if way == 0.0 && !forward.is_nan() { 1.0 } else { share }
}

#[derive(Debug, Clone)]
struct Efficiency;

parameters!(Efficiency);

impl ElementwiseMap<2, 1> for Efficiency {
    #[inline(always)]
    fn values(&self, inputs: [f64; 2]) -> [f64; 1] {
        [efficiency(inputs)]
    }
}

elementwise_map!(Efficiency: 2 => 1);

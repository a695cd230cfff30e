//! Trendflex.

use crate::indicator::cycle::{before, super_smooth};
use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{ElementwiseMap, FirstOrder, LinearWeightedMean, Seed, elementwise_map, parameters};

/// Trendflex.
pub(in crate::indicator) static TRENDFLEX: Indicator = Indicator {
    name: "trendflex",
    title: "Trendflex",
    summary: "The mean difference between the smoothed input and its earlier values, normalised by its root mean square.",
    formula: "sum / sqrt(m); sum = mean of f - f[i], i from 1 to period; f = super_smoother(x, period / 2); m = 0.04 sum^2 + 0.96 m[1], seeded with the first sum^2; 0 where m is 0",
    source: "John Ehlers, Reflex: A New Zero-Lag Indicator, Stocks & Commodities, February 2020",
    group: Group::Cycle,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 20, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let rise = rise(graph, x, window);
        let weighted = graph.add(LinearWeightedMean { window }, &[rise]);
        vec![usual(graph, weighted)]
    },
};

/// The one-bar differences of the SuperSmoother at half the window. The outputs are sums of these differences, not
/// differences of the line, to avoid cancellation where the values are far from zero.
pub(in crate::indicator) fn rise(graph: &mut Graph, x: Port, window: usize) -> Port {
    let last = before(graph, x);
    let change = graph.minus([x, last]);
    super_smooth(graph, change, window as f64 / 2.0)
}

/// `x` divided by its root mean square.
pub(in crate::indicator) fn usual(graph: &mut Graph, x: Port) -> Port {
    let square = graph.times([x, x]);
    let power = graph.add(FirstOrder { beta: 0.96, gain: 0.04, seed: Seed::First, warm_up: 0 }, &[square]);
    graph.add(Usual, &[x, power])
}

/// The first input divided by the square root of the second.
#[derive(Debug, Clone)]
struct Usual;

parameters!(Usual);

impl ElementwiseMap<2, 1> for Usual {
    #[inline(always)]
    fn values(&self, [x, power]: [f64; 2]) -> [f64; 1] {
        [if power == 0.0 && !x.is_nan() { 0.0 } else { x / power.sqrt() }]
    }
}

elementwise_map!(Usual: 2 => 1);

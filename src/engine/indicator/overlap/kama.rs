//! Kaufman Adaptive Moving Average.

use crate::indicator::momentum::{efficiency, forward_and_way};
use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Adaptive, ElementwiseMap, elementwise_map, parameters};

/// Kaufman Adaptive Moving Average.
pub(in crate::indicator) static KAMA: Indicator = Indicator {
    name: "kama",
    title: "Kaufman Adaptive Moving Average",
    summary: "An exponential moving average whose smoothing constant depends on the efficiency ratio.",
    formula: "y = y[1] + k * (x - y[1]); k = (er(x, period) * (2/3 - 2/31) + 2/31) ^ 2; the first y[1] is the previous input",
    source: "TA-Lib 0.8.3 KAMA",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 30, 1, "the number of changes in the efficiency ratio")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![kama(graph, x, args.integer("period"))]
    },
};

/// Kaufman's adaptive moving average of `x`.
pub(in crate::indicator) fn kama(graph: &mut Graph, x: Port, period: usize) -> Port {
    if period == 1 {
        return graph.scaled(x, 1.0);
    }
    let pair = forward_and_way(graph, x, period);
    let weight = graph.add(Weight, &pair);
    graph.add(Adaptive { from_zero: false }, &[x, weight])
}

/// The smoothing constant, from the net change and the sum of absolute changes.
#[derive(Debug, Clone)]
struct Weight;

parameters!(Weight);

impl ElementwiseMap<2, 1> for Weight {
    #[inline(always)]
    fn values(&self, inputs: [f64; 2]) -> [f64; 1] {
        let (fast, slow) = (2.0 / 3.0, 2.0 / 31.0);
        let root = efficiency(inputs) * (fast - slow) + slow;
        [root * root]
    }
}

elementwise_map!(Weight: 2 => 1);

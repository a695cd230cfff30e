//! T3.

use crate::indicator::overlap::ema;
use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{ElementwiseMap, elementwise_map, parameters};

/// T3.
pub(in crate::indicator) static T3: Indicator = Indicator {
    name: "t3",
    title: "T3",
    summary: "A generalised double exponential moving average applied three times, with little lag.",
    formula: "c1 e6 + c2 e5 + c3 e4 + c4 e3; en is ema(period) applied n times; v = vfactor; c1 = -v^3; c2 = 3 (v^2 + v^3); c3 = -6 v^2 - 3 (v + v^3); c4 = 1 + 3 v + 3 v^2 + v^3",
    source: "TA-Lib 0.8.3 T3",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 5, 1, "the period of the moving averages, in bars"),
        Param::real("vfactor", 0.7, 0.0, 1.0, "the volume factor: the amount of lag correction"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![t3(graph, x, args.integer("period"), args.real("vfactor"))]
    },
};

/// Tillson's average of `x`.
pub(in crate::indicator) fn t3(graph: &mut Graph, x: Port, period: usize, factor: f64) -> Port {
    let mut averages = Vec::new();
    let mut average = x;
    for _ in 0..6 {
        average = ema(graph, average, period);
        averages.push(average);
    }
    let (square, cube) = (factor * factor, factor * factor * factor);
    let weights =
        [1.0 + 3.0 * factor + 3.0 * square + cube, -6.0 * square - 3.0 * (factor + cube), 3.0 * (square + cube), -cube];
    graph.add(Blend { weights }, &averages[2..])
}

/// The sum of the inputs, each with its weight.
#[derive(Debug, Clone)]
struct Blend {
    weights: [f64; 4],
}

parameters!(Blend { weights });

impl ElementwiseMap<4, 1> for Blend {
    #[inline(always)]
    fn values(&self, inputs: [f64; 4]) -> [f64; 1] {
        let [a, b, c, d] = self.weights;
        [(a * inputs[0] + b * inputs[1]) + (c * inputs[2] + d * inputs[3])]
    }
}

elementwise_map!(Blend: 4 => 1);

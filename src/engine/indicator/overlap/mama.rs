//! MESA Adaptive Moving Average.

use crate::indicator::cycle::Rotation;
use crate::indicator::math::atan;
use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Adaptive, ElementwiseMap, Previous, WarmUp, elementwise_map, parameters};

/// MESA Adaptive Moving Average.
pub(in crate::indicator) static MAMA: Indicator = Indicator {
    name: "mama",
    title: "MESA Adaptive Moving Average",
    summary: "A moving average that adapts to the rate of change of the cycle's phase, and a slower average of it.",
    formula: "mama = k * x + (1 - k) * mama[1]; fama = k / 2 * mama + (1 - k / 2) * fama[1]; both start from 0; k = fast / turn, at least slow; turn is the decrease of atan(quadrature / in phase) since the previous bar in degrees, at least 1",
    source: "TA-Lib 0.8.3 MAMA",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::real("fast", 0.5, 0.01, 0.99, "the fast limit: the largest smoothing constant"),
        Param::real("slow", 0.05, 0.01, 0.99, "the slow limit: the smallest smoothing constant"),
    ],
    outputs: &[
        Output { name: "mama", help: "the moving average" },
        Output { name: "fama", help: "the following moving average" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();

        mama(graph, x, [args.real("fast"), args.real("slow")]).into()
    },
};

/// The adaptive average of `x` and its following average, with the limits of the smoothing constant.
pub(in crate::indicator) fn mama(graph: &mut Graph, x: Port, [fast, slow]: [f64; 2]) -> [Port; 2] {
    let rotation = Rotation::of(graph, x, 12);
    let angle = graph.add(Angle, &[rotation.in_phase, rotation.quadrature]);
    let nothing = graph.minus([angle, angle]);
    let before = graph.add(Previous, &[angle, nothing]);
    let weight = graph.add(Weight { fast, slow }, &[angle, before]);
    let half = graph.scaled(weight, 0.5);
    let average = graph.add(Adaptive { from_zero: true }, &[x, weight]);
    let follower = graph.add(Adaptive { from_zero: true }, &[average, half]);
    [average, follower].map(|line| graph.add(WarmUp { bars: 20 }, &[line]))
}

/// The phase angle in degrees, or 0 where the in-phase component is 0.
#[derive(Debug, Clone)]
struct Angle;

parameters!(Angle);

impl ElementwiseMap<2, 1> for Angle {
    #[inline(always)]
    fn values(&self, [in_phase, quadrature]: [f64; 2]) -> [f64; 1] {
        let angle = atan(quadrature / in_phase).to_degrees();
        [if in_phase == 0.0 && !quadrature.is_nan() { 0.0 } else { angle }]
    }
}

/// The smoothing constant, from the current and the previous phase angle.
#[derive(Debug, Clone)]
struct Weight {
    fast: f64,
    slow: f64,
}

parameters!(Weight { fast, slow });

impl ElementwiseMap<2, 1> for Weight {
    #[inline(always)]
    fn values(&self, [angle, before]: [f64; 2]) -> [f64; 1] {
        let turn = before - angle;
        let weight = self.fast / turn;
        let weight = if weight < self.slow { self.slow } else { weight };
        [if turn <= 1.0 { self.fast } else { weight }]
    }
}

elementwise_map!(Angle: 2 => 1, Weight: 2 => 1);

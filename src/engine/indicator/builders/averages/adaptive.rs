//! Averages whose smoothing constant adapts to the series: KAMA by efficiency, MAMA by phase, VIDYA by momentum.

use crate::indicator::builders::{Rotation, atan};
use crate::indicator::{Graph, Port};
use crate::kernel::{
    AbsoluteChange, Adaptive, Change, EfficiencyWeight, ElementwiseMap, MomentumWeight, Previous, Sum, WarmUp,
    elementwise_map, parameters,
};

/// Kaufman's adaptive moving average of `x`.
pub(in crate::indicator) fn kama(graph: &mut Graph, x: Port, period: usize) -> Port {
    kama_between(graph, x, period, [2, 30])
}

/// As `kama`, with the periods of the fastest and of the slowest smoothing.
pub(in crate::indicator) fn kama_between(graph: &mut Graph, x: Port, period: usize, limits: [usize; 2]) -> Port {
    if period == 1 {
        return graph.scaled(x, 1.0);
    }
    let forward = graph.add(Change { bars: period }, &[x]);
    let [fast, slow] = limits.map(|bars| 2.0 / (bars as f64 + 1.0));
    let weight = graph.add(EfficiencyWeight { window: period, fast, slow }, &[x, forward]);
    graph.add(Adaptive { from_zero: false }, &[x, weight])
}

/// The net change of `x` over a number of bars, and the sum of its absolute changes.
pub(in crate::indicator) fn net_and_total_change(graph: &mut Graph, x: Port, bars: usize) -> [Port; 2] {
    let forward = graph.add(Change { bars }, &[x]);
    let step = graph.add(AbsoluteChange { bars: 1 }, &[x]);
    [forward, graph.add(Sum { window: bars }, &[step])]
}

/// The adaptive average of `x` and its following average, with the limits of the smoothing constant.
pub(in crate::indicator) fn mama(graph: &mut Graph, x: Port, [fast, slow]: [f64; 2]) -> [Port; 2] {
    let rotation = Rotation::of(graph, x, 12);
    let angle = graph.add(PhaseAngle, &[rotation.in_phase, rotation.quadrature]);
    let zero = graph.minus([angle, angle]);
    let before = graph.add(Previous, &[angle, zero]);
    let weight = graph.add(PhaseWeight { fast, slow }, &[angle, before]);
    let half = graph.scaled(weight, 0.5);
    let average = graph.add(Adaptive { from_zero: true }, &[x, weight]);
    let follower = graph.add(Adaptive { from_zero: true }, &[average, half]);
    [average, follower].map(|line| graph.add(WarmUp { bars: 20 }, &[line]))
}

/// The phase angle in degrees, or 0 where the in-phase component is 0.
#[derive(Debug, Clone)]
struct PhaseAngle;

parameters!(PhaseAngle);

impl ElementwiseMap<2, 1> for PhaseAngle {
    #[inline(always)]
    fn values(&self, [in_phase, quadrature]: [f64; 2]) -> [f64; 1] {
        let angle = atan(quadrature / in_phase).to_degrees();
        [if in_phase == 0.0 && !quadrature.is_nan() { 0.0 } else { angle }]
    }
}

/// The smoothing constant, from the current and the previous phase angle.
#[derive(Debug, Clone)]
struct PhaseWeight {
    fast: f64,
    slow: f64,
}

parameters!(PhaseWeight { fast, slow });

impl ElementwiseMap<2, 1> for PhaseWeight {
    #[inline(always)]
    fn values(&self, [angle, before]: [f64; 2]) -> [f64; 1] {
        let turn = before - angle;
        let weight = self.fast / turn;
        let weight = if weight < self.slow { self.slow } else { weight };
        [if turn <= 1.0 { self.fast } else { weight }]
    }
}

elementwise_map!(PhaseAngle: 2 => 1, PhaseWeight: 2 => 1);

/// The variable index dynamic average of `x`.
pub(in crate::indicator) fn vidya(graph: &mut Graph, x: Port, period: usize, window: usize) -> Port {
    if period == 1 {
        return graph.scaled(x, 1.0);
    }
    let weight = graph.add(MomentumWeight { window, scale: 2.0 / (period as f64 + 1.0) }, &[x]);
    let average = graph.add(Adaptive { from_zero: false }, &[x, weight]);
    graph.add(WarmUp { bars: window - 1 }, &[average])
}

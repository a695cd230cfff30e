//! What Reflex and Trendflex share: smoothed changes, normalised by their root mean square.

use crate::indicator::builders::{previous_or_self, super_smooth};
use crate::indicator::{Graph, Port};
use crate::kernel::{ElementwiseMap, FirstOrder, Seed, elementwise_map, parameters};

/// The one-bar differences of the SuperSmoother at half the window. The outputs are sums of these differences, not
/// differences of the line, to avoid cancellation where the values are far from zero.
pub(in crate::indicator) fn smooth_change(graph: &mut Graph, x: Port, window: usize) -> Port {
    let last = previous_or_self(graph, x);
    let change = graph.minus([x, last]);
    super_smooth(graph, change, window as f64 / 2.0, true)
}

/// `x` divided by its root mean square.
pub(in crate::indicator) fn rms_normalized(graph: &mut Graph, x: Port) -> Port {
    let square = graph.times([x, x]);
    let power =
        graph.add(FirstOrder { beta: 0.96, gain: 0.04, seed: Seed::First, warm_up: 0, around_zero: true }, &[square]);
    graph.add(RmsNormalized, &[x, power])
}

/// The first input divided by the square root of the second.
#[derive(Debug, Clone)]
struct RmsNormalized;

parameters!(RmsNormalized);

impl ElementwiseMap<2, 1> for RmsNormalized {
    #[inline(always)]
    fn values(&self, [x, power]: [f64; 2]) -> [f64; 1] {
        [if power == 0.0 && !x.is_nan() { 0.0 } else { x / power.sqrt() }]
    }
}

elementwise_map!(RmsNormalized: 2 => 1);

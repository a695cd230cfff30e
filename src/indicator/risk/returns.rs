//! Returns, and what is above and below some of them.

use crate::indicator::{Graph, Port};
use crate::kernel::{Affine, NegativePart, PositivePart, SimpleReturn};

/// The change of `x` from the bar before as a fraction of it; none where that was 0.
pub(in crate::indicator) fn returns(graph: &mut Graph, x: Port) -> Port {
    graph.add(SimpleReturn { bars: 1 }, &[x])
}

/// By how much the returns of `x` exceed `target`, else 0, and by how much they miss it, else 0.
pub(in crate::indicator) fn gains_and_losses(graph: &mut Graph, x: Port, target: f64) -> [Port; 2] {
    let returns = returns(graph, x);
    let excess = if target == 0.0 { returns } else { graph.add(Affine { scale: 1.0, offset: -target }, &[returns]) };
    [graph.add(PositivePart, &[excess]), graph.add(NegativePart, &[excess])]
}

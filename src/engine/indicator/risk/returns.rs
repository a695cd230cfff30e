//! Returns, and their excess over and shortfall below a target.

use crate::indicator::{Graph, Port};
use crate::kernel::{Affine, NegativePart, PositivePart, SimpleReturn};

/// The one-bar return of `x` as a fraction; NaN where the previous value is 0.
pub(in crate::indicator) fn returns(graph: &mut Graph, x: Port) -> Port {
    graph.add(SimpleReturn { bars: 1 }, &[x])
}

/// The excess of the returns of `x` over `target`, else 0, and their shortfall below it, else 0.
pub(in crate::indicator) fn gains_and_losses(graph: &mut Graph, x: Port, target: f64) -> [Port; 2] {
    let returns = returns(graph, x);
    let excess = if target == 0.0 { returns } else { graph.add(Affine { scale: 1.0, offset: -target }, &[returns]) };
    [graph.add(PositivePart, &[excess]), graph.add(NegativePart, &[excess])]
}

//! Returns, rates of change and drawdowns.

use crate::indicator::{Graph, Param, Port};
use crate::kernel::{Affine, Lag, Max, NegativePart, PositivePart, RateOfChange, ScaledRatio, SimpleReturn};

/// The change of `x` over a number of bars, in percent.
pub(in crate::indicator) fn roc(graph: &mut Graph, x: Port, bars: usize) -> Port {
    graph.add(RateOfChange { bars, scale: 100.0 }, &[x])
}

/// The change of `x` over a number of bars, as a fraction of the earlier value.
pub(in crate::indicator) fn rocp(graph: &mut Graph, x: Port, bars: usize) -> Port {
    graph.add(RateOfChange { bars, scale: 1.0 }, &[x])
}

/// The ratio of `x` to its earlier value, times `scale`.
pub(in crate::indicator) fn rocr(graph: &mut Graph, x: Port, bars: usize, scale: f64) -> Port {
    let before = graph.add(Lag { bars }, &[x]);
    graph.add(ScaledRatio { scale, flat: 0.0 }, &[x, before])
}

/// The one-bar return of `x` as a fraction; NaN where the previous value is 0.
pub(in crate::indicator) fn returns(graph: &mut Graph, x: Port) -> Port {
    graph.add(SimpleReturn { bars: 1 }, &[x])
}

/// The excess of the returns of `x` over `target`, else 0, and their shortfall below it, else 0.
pub(in crate::indicator) fn excess_and_shortfall(graph: &mut Graph, x: Port, target: f64) -> [Port; 2] {
    let returns = returns(graph, x);
    let excess = if target == 0.0 { returns } else { graph.add(Affine { scale: 1.0, offset: -target }, &[returns]) };
    [graph.add(PositivePart, &[excess]), graph.add(NegativePart, &[excess])]
}

/// The drawdown of `x` from the rolling maximum, in percent.
pub(in crate::indicator) fn drawdown_percent(graph: &mut Graph, x: Port, window: usize) -> Port {
    let highest = graph.add(Max { window }, &[x]);
    let below = graph.minus([highest, x]);
    graph.add(ScaledRatio { scale: 100.0, flat: 0.0 }, &[below, highest])
}

/// The confidence level in percent.
pub(in crate::indicator) const CONFIDENCE: Param =
    Param::real("confidence", 95.0, 50.0, 100.0, "the confidence level in percent");

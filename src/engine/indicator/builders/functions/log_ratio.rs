//! Log ratios, the building block of log returns.

use crate::indicator::builders::ln_ratio;
use crate::indicator::{Graph, Port};
use crate::kernel::{ElementwiseMap, Lag, elementwise_map, parameters};

/// The natural logarithm of the first input divided by the second; NaN where either is <= 0.
#[derive(Debug, Clone)]
pub(in crate::indicator) struct LogRatio;

parameters!(LogRatio);

impl ElementwiseMap<2, 1> for LogRatio {
    #[inline(always)]
    fn values(&self, [a, b]: [f64; 2]) -> [f64; 1] {
        [ln_ratio(a, b)]
    }
}

elementwise_map!(LogRatio: 2 => 1);

/// The log return of `x` over a number of bars.
pub(in crate::indicator) fn log_returns(graph: &mut Graph, x: Port, bars: usize) -> Port {
    let before = graph.add(Lag { bars }, &[x]);
    graph.add(LogRatio, &[x, before])
}

//! Average true range, relative volatility and annualisation.

use crate::indicator::builders::{rma, rma_of_changes};
use crate::indicator::{Graph, Param, Port};
use crate::kernel::{Change, ElementwiseMap, Hold, StandardDeviation, TrueRange, elementwise_map, parameters};

/// The average true range of high, low and close.
pub(in crate::indicator) fn atr(graph: &mut Graph, bars: [Port; 3], period: usize) -> Port {
    let range = graph.add(TrueRange { first: false }, &bars);
    rma(graph, range, period)
}

/// The relative volatility index of `x`.
pub(in crate::indicator) fn rvi(graph: &mut Graph, x: Port, period: usize, window: usize) -> Port {
    rvi_by(graph, x, window, period > 1, |graph, part| rma_of_changes(graph, part, period))
}

/// As `rvi`, by any average; `decays` if the average of zeros is not 0 at once.
pub(in crate::indicator) fn rvi_by(
    graph: &mut Graph,
    x: Port,
    window: usize,
    decays: bool,
    average: impl Fn(&mut Graph, Port) -> Port,
) -> Port {
    let deviation = graph.add(StandardDeviation { window, ddof: 0 }, &[x]);
    let change = graph.add(Change { bars: 1 }, &[x]);
    let [rising, falling]: [Port; 2] = graph.add_all(Parts, &[change, deviation]);
    let [up, down] = [rising, falling].map(|part| average(graph, part));
    let both = graph.plus([up, down]);
    let ratio = graph.percent([up, both], 100.0, 50.0);
    if decays { graph.add(Hold { drifts: false, after: 0 }, &[ratio, rising, falling]) } else { ratio }
}

/// The second input where the first is above zero, else 0, and where it is below zero, else 0.
#[derive(Debug, Clone)]
struct Parts;

parameters!(Parts);

impl ElementwiseMap<2, 2> for Parts {
    #[inline(always)]
    fn values(&self, [change, weight]: [f64; 2]) -> [f64; 2] {
        let rising = if change > 0.0 { weight } else { 0.0 };
        let falling = if change < 0.0 { weight } else { 0.0 };
        let missing = (change + weight).is_nan();
        [if missing { f64::NAN } else { rising }, if missing { f64::NAN } else { falling }]
    }
}

elementwise_map!(Parts: 2 => 2);

/// The number of bars per year.
pub(in crate::indicator) const ANNUALIZATION: Param = Param::real(
    "annualization",
    252.0,
    1.0,
    1e9,
    "the number of bars per year: 252 for trading days, 365 for crypto, 1 for values per bar",
);

//! Random Walk Index.

use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{ByLag, TrueRange, by_lag, parameters};

/// Random Walk Index.
pub(in crate::indicator) static RWI: Indicator = Indicator {
    name: "rwi",
    title: "Random Walk Index",
    summary: "The upward and downward moves relative to those expected of a random walk.",
    formula: "high = max of (high - low[i]) / (sqrt(i) * mean of the last i true ranges), i from 2 to period; low = max of (high[i] - low) / the same; 0 for every i whose true ranges are 0",
    source: "Michael Poulos, Of Trends and Random Walks, Stocks & Commodities, February 1991",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::bars("period", 14, 2, "the longest lookback, in bars")],
    outputs: &[Output { name: "high", help: "the upward index" }, Output { name: "low", help: "the downward index" }],
    build: |graph, args| {
        let bars: [Port; 3] = args.inputs();
        let [high, low, _] = bars;
        let window = args.integer("period") + 1;
        let range = graph.add(TrueRange { first: false }, &bars);
        [[high, low], [low, high]]
            .into_iter()
            .zip([1.0, -1.0])
            .map(|([end, other], side)| graph.add(Walked { window, side }, &[other, range, end]))
            .collect()
    },
};

/// The move from the first input of an earlier bar to the third of the newest, relative to a random walk of as many steps
/// of the size of the second: the maximum over all bars but the one before the newest.
#[derive(Debug, Clone)]
struct Walked {
    window: usize,
    /// 1 for upward moves, -1 for downward ones.
    side: f64,
}

parameters!(Walked { window, side });

impl ByLag<3, 2> for Walked {
    const LAGGED_INPUTS: usize = 2;
    const INITIAL: [f64; 2] = [f64::NEG_INFINITY, 0.0];

    #[inline(always)]
    fn step(&self, acc: [f64; 2], newest: [f64; 3], lag: f64, [other, range, _]: [f64; 3]) -> [f64; 2] {
        let [most, ranges] = acc;
        let way = self.side * (newest[2] - other);
        let walk = if ranges == 0.0 { 0.0 * way } else { way * lag.sqrt() / ranges };
        let larger = if most > walk || most.is_nan() { most } else { walk };
        [if lag < 2.0 { most } else { larger }, ranges + range]
    }

    #[inline(always)]
    fn value(&self, [most, ranges]: [f64; 2]) -> f64 {
        most + 0.0 * ranges
    }
}

by_lag!(Walked: 3, 2 @ 0.93);

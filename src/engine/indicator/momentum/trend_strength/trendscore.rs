//! Trendscore.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{ByLag, Lag, by_lag, parameters};

/// Trendscore.
pub(in crate::indicator) static TRENDSCORE: Indicator = Indicator {
    name: "trendscore",
    title: "Trendscore",
    summary: "The number of earlier values that the newest is not below, minus the number that it is below.",
    formula: "sum of 1 where x >= x[i], else -1, i from `first` to `last`",
    source: "Tushar Chande, Rating Trend Strength, Stocks & Commodities, September 1993",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("first", 11, 1, "the newest of the earlier bars, as a lag"),
        Param::bars("last", 20, 1, "the oldest of them, as a lag"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let (one, two) = (args.integer("first"), args.integer("last"));
        let (first, last) = (one.min(two), one.max(two));
        let before = graph.add(Lag { bars: first }, &[x]);
        vec![graph.add(Passed { window: last - first + 1 }, &[before, x])]
    },
};

/// The number of the values of the window that are not above the newest second input, minus the number above it.
#[derive(Debug, Clone)]
struct Passed {
    window: usize,
}

parameters!(Passed { window });

impl ByLag<2, 1> for Passed {
    const LAGGED_INPUTS: usize = 1;
    const INITIAL: [f64; 1] = [0.0];

    #[inline(always)]
    fn step(&self, [count]: [f64; 1], [_, x]: [f64; 2], _: f64, [before, _]: [f64; 2]) -> [f64; 1] {
        let score = if x >= before { 1.0 } else { -1.0 };
        [if (x + before).is_nan() { f64::NAN } else { count + score }]
    }

    #[inline(always)]
    fn value(&self, [count]: [f64; 1]) -> f64 {
        count
    }
}

by_lag!(Passed: 2, 1);

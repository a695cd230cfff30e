//! Dynamic Momentum Index.

use crate::indicator::builders::{gain_loss, sma};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{ByLag, Clamp, RatioToSum, StandardDeviation, by_lag, parameters};

/// Dynamic Momentum Index.
pub(in crate::indicator) static DYMI: Indicator = Indicator {
    name: "dymi",
    title: "Dynamic Momentum Index",
    summary: "The relative strength index over a period that shortens as volatility rises, from 0 to 100.",
    formula: "100 * gain / (gain + loss), or 50 where both are 0; gain and loss are the sums of the rises and falls among the last n changes; n = period * sma(s, average) / s, rounded down and clamped to shortest .. longest; s = stddev(x, stddev); the limits are swapped where shortest > longest",
    source: "Tushar Chande and Stanley Kroll, The New Technical Trader, 1994",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 14, 2, "the period at normal volatility, in bars"),
        Param::bars("stddev", 5, 2, "the window of the standard deviation, in bars"),
        Param::bars("average", 10, 1, "the period of the average of the standard deviation, in bars"),
        Param::bars("shortest", 5, 1, "the shortest period, in bars"),
        Param::bars("longest", 30, 1, "the longest period, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let (one, two) = (args.integer("shortest"), args.integer("longest"));
        let (shortest, longest) = (one.min(two), one.max(two));
        let deviation = graph.add(StandardDeviation { window: args.integer("stddev"), ddof: 0 }, &[x]);
        let usual = sma(graph, deviation, args.integer("average"));
        let calm = graph.percent([usual, deviation], args.integer("period") as f64, longest as f64);
        let bars = graph.add(Clamp { min: shortest as f64, max: longest as f64 }, &[calm]);
        let [gain, loss] = gain_loss(graph, x).map(|part| graph.add(Newest { window: longest }, &[part, bars]));
        vec![graph.add(RatioToSum { scale: 100.0, flat: 50.0 }, &[gain, loss])]
    },
};

/// The sum of the newest values of the first input, as many as the second input rounded down; NaN if any value in the
/// window is NaN.
#[derive(Debug, Clone)]
struct Newest {
    window: usize,
}

parameters!(Newest { window });

impl ByLag<2, 1> for Newest {
    const LAGGED_INPUTS: usize = 1;
    const INITIAL: [f64; 1] = [0.0];

    #[inline(always)]
    fn step(&self, [sum]: [f64; 1], [_, bars]: [f64; 2], lag: f64, [x, _]: [f64; 2]) -> [f64; 1] {
        let missing = 0.0 * x + 0.0 * bars;
        [sum + if lag + 1.0 <= bars { x } else { missing }]
    }

    #[inline(always)]
    fn value(&self, [sum]: [f64; 1]) -> f64 {
        sum
    }
}

by_lag!(Newest: 2, 1);

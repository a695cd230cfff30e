//! Fractal Adaptive Moving Average.

use crate::indicator::math::{Function, Transform};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Adaptive, Average, Lag, Max, Min, Rule, Skip, by_rule};

/// Fractal Adaptive Moving Average.
pub(in crate::indicator) static FRAMA: Indicator = Indicator {
    name: "frama",
    title: "Fractal Adaptive Moving Average",
    summary: "An average that follows fast where prices go straight and slowly where they fill their range.",
    formula: "y = y[1] + k * (m - y[1]); m = (high + low) / 2; k = ((r1 + r2) / r) ^ (-4.6 / ln 2); r is the range of the window, r1 and r2 those of its halves; k = 1 where r1 or r2 is 0, or r1 + r2 <= r; the first y[1] is the m before; an odd period counts as the even one below it",
    source: "TA-Lib 0.8.3 FRAMA",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::bars("period", 16, 2, "the number of bars of the window, even")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low] = args.inputs();
        let half = args.integer("period") / 2;
        let highest = graph.add(Max { window: half }, &[high]);
        let lowest = graph.add(Min { window: half }, &[low]);
        let [highest_before, lowest_before] = [highest, lowest].map(|x| graph.add(Lag { bars: half }, &[x]));
        let fullness = graph.add(Fullness, &[highest, lowest, highest_before, lowest_before]);
        let logarithm = graph.add(Transform { function: Function::Ln }, &[fullness]);
        let exponent = graph.scaled(logarithm, -4.6 / std::f64::consts::LN_2);
        let weight = graph.add(Transform { function: Function::Exp }, &[exponent]);
        let middle = graph.add(Average { inputs: 2 }, &[high, low]);
        // The window of the first bar with a weight begins at the second.
        let weight = graph.add(Skip { bars: 1 }, &[weight]);
        vec![graph.add(Adaptive { from_zero: false }, &[middle, weight])]
    },
};

/// How many times the range of a window the ranges of its halves are together, the newer half first; 1 where a half has
/// no range.
#[derive(Debug, Clone)]
struct Fullness;

impl Rule<4, 1> for Fullness {
    #[inline(always)]
    fn values(&self, [high, low, high_before, low_before]: [f64; 4]) -> [f64; 1] {
        let (newer, older) = (high - low, high_before - low_before);
        let highest = if high > high_before { high } else { high_before };
        let lowest = if low < low_before { low } else { low_before };
        let (sum, whole) = (newer + older, highest - lowest);
        let straight = newer <= 0.0 || older <= 0.0 || sum <= whole;
        [if sum.is_nan() || !straight { sum / whole } else { 1.0 }]
    }
}

by_rule!(Fullness: 4 => 1);

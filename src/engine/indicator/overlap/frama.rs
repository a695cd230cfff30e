//! Fractal Adaptive Moving Average.

use crate::indicator::builders::{exp, ln};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Adaptive, Average, ElementwiseMap, Lag, Max, Min, WarmUp, elementwise_map, parameters};

/// Fractal Adaptive Moving Average.
pub(in crate::indicator) static FRAMA: Indicator = Indicator {
    name: "frama",
    title: "Fractal Adaptive Moving Average",
    summary: "An exponential moving average whose smoothing constant depends on the fractal dimension of the window.",
    formula: "y = y[1] + k * (m - y[1]); m = (high + low) / 2; k = ((r1 + r2) / r) ^ (-4.6 / ln 2); r is the range of the window, r1 and r2 those of its halves; k = 1 where r1 or r2 is 0, or r1 + r2 <= r; the first y[1] is the previous m; an odd period is rounded down to an even one",
    source: "TA-Lib 0.8.3 FRAMA",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::bars("period", 16, 2, "the number of bars in the window, rounded down to an even number")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low] = args.inputs();
        let half = args.integer("period") / 2;
        let highest = graph.add(Max { window: half }, &[high]);
        let lowest = graph.add(Min { window: half }, &[low]);
        let [highest_before, lowest_before] = [highest, lowest].map(|x| graph.add(Lag { bars: half }, &[x]));
        let weight = graph.add(Weight, &[highest, lowest, highest_before, lowest_before]);
        let middle = graph.add(Average { inputs: 2 }, &[high, low]);
        // The window of the first bar with a weight begins at the second.
        let weight = graph.add(WarmUp { bars: 1 }, &[weight]);
        vec![graph.add(Adaptive { from_zero: false }, &[middle, weight])]
    },
};

/// The weight of the newest value, from the ranges of the halves of a window, the newer half first.
#[derive(Debug, Clone)]
struct Weight;

parameters!(Weight);

impl ElementwiseMap<4, 1> for Weight {
    #[inline(always)]
    fn values(&self, [high, low, high_before, low_before]: [f64; 4]) -> [f64; 1] {
        let (newer, older) = (high - low, high_before - low_before);
        let highest = if high > high_before { high } else { high_before };
        let lowest = if low < low_before { low } else { low_before };
        let (sum, range) = (newer + older, highest - lowest);
        let straight = newer <= 0.0 || older <= 0.0 || sum <= range;
        // The ratio of the summed ranges of the halves to the range of the window, 1 to 2.
        let ratio = if straight && !sum.is_nan() { 1.0 } else { sum / range };
        [exp(-4.6 / std::f64::consts::LN_2 * ln(ratio))]
    }
}

elementwise_map!(Weight: 4 => 1);

//! Acceleration Bands.

use crate::indicator::builders::sma;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{ElementwiseMap, elementwise_map, parameters};

/// Acceleration Bands.
pub(in crate::indicator) static ACCBANDS: Indicator = Indicator {
    name: "accbands",
    title: "Acceleration Bands",
    summary: "A moving average of the close, with bands from averages of highs and lows widened by the relative bar range.",
    formula: "r = 4 * (high - low) / (high + low), or 0 where that sum is rounding error only; upper = sma(high * (1 + r)); middle = sma(close); lower = sma(low * (1 - r))",
    source: "TA-Lib 0.8.3 ACCBANDS",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::bars("period", 20, 2, "the number of bars in the window")],
    outputs: &[
        Output { name: "upper", help: "the upper band" },
        Output { name: "middle", help: "the moving average" },
        Output { name: "lower", help: "the lower band" },
    ],
    build: |graph, args| {
        let [high, low, close] = args.inputs();
        let period = args.integer("period");
        let [upper, lower] = graph.add_all(Reach, &[high, low]);
        [upper, close, lower].map(|x| sma(graph, x, period)).into()
    },
};

/// High and low, widened by four times the ratio of range to sum.
#[derive(Debug, Clone)]
struct Reach;

parameters!(Reach);

impl ElementwiseMap<2, 2> for Reach {
    #[inline(always)]
    fn values(&self, [high, low]: [f64; 2]) -> [f64; 2] {
        let sum = high + low;
        // A sum this small relative to both is rounding error.
        let is_zero = sum.abs() <= 1e-14 * (high.abs() + low.abs());
        let share = if is_zero { 0.0 } else { 4.0 * (high - low) / sum };
        [high * (1.0 + share), low * (1.0 - share)]
    }
}

elementwise_map!(Reach: 2 => 2);

//! Deviation Scaled Moving Average.

use crate::indicator::builders::super_smooth;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Adaptive, Change, ElementwiseMap, Mean, elementwise_map, parameters};

/// Deviation Scaled Moving Average.
pub(in crate::indicator) static DSMA: Indicator = Indicator {
    name: "dsma",
    title: "Deviation Scaled Moving Average",
    summary: "An exponential moving average whose smoothing constant scales with the deviation of the value.",
    formula: "y = y[1] + a * (x - y[1]); a = 5 / period * |f| / sqrt(mean of f^2 over period), at most 1, or 0 where the denominator is 0; f = super_smoother(x - x[2], period / 2); the first y[1] is the previous input",
    source: "John Ehlers, The Deviation Scaled Moving Average, Stocks & Commodities, July 2018",
    group: Group::Overlap,
    revision: 3,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 40, 2, "the window of the mean square, in bars")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let moved = graph.add(Change { bars: 2 }, &[x]);
        let smooth = super_smooth(graph, moved, window as f64 / 2.0, true);
        let square = graph.times([smooth, smooth]);
        let power = graph.add(Mean { window }, &[square]);
        let weight = graph.add(Weight { scale: 5.0 / window as f64 }, &[smooth, power]);
        vec![graph.add(Adaptive { from_zero: false }, &[x, weight])]
    },
};

/// The absolute first input divided by the square root of the second, times `scale`, at most 1.
#[derive(Debug, Clone)]
struct Weight {
    scale: f64,
}

parameters!(Weight { scale });

impl ElementwiseMap<2, 1> for Weight {
    #[inline(always)]
    fn values(&self, [moved, power]: [f64; 2]) -> [f64; 1] {
        let weight = self.scale * (moved.abs() / power.sqrt());
        let weight = if weight > 1.0 { 1.0 } else { weight };
        [if power == 0.0 && !moved.is_nan() { 0.0 } else { weight }]
    }
}

elementwise_map!(Weight: 2 => 1);

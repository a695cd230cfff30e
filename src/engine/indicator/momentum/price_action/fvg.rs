//! Fair Value Gap.

use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::{ElementwiseMap, Lag, elementwise_map, parameters};

/// Fair Value Gap.
pub(in crate::indicator) static FVG: Indicator = Indicator {
    name: "fvg",
    title: "Fair Value Gap",
    summary: "The price gap left between the first and the third of three consecutive bars.",
    formula: "low - high[2] where that is above 0; high - low[2] where that is below 0; else 0",
    source: "LuxAlgo on TradingView, Fair Value Gap",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low] = args.inputs();
        let before = [high, low].map(|x| graph.add(Lag { bars: 2 }, &[x]));
        vec![graph.add(Gap, &[high, low, before[0], before[1]])]
    },
};

/// Inputs: high, low and their previous values.
#[derive(Debug, Clone)]
struct Gap;

parameters!(Gap);

impl ElementwiseMap<4, 1> for Gap {
    #[inline(always)]
    fn values(&self, [high, low, high_before, low_before]: [f64; 4]) -> [f64; 1] {
        let (up, down) = (low - high_before, high - low_before);
        let gap = if up > 0.0 { up } else { 0.0 } + if down < 0.0 { down } else { 0.0 };
        [if (up + down).is_nan() { f64::NAN } else { gap }]
    }
}

elementwise_map!(Gap: 4 => 1);

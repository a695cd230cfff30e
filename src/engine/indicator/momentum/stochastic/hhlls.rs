//! Higher High Lower Low Stochastic.

use crate::indicator::builders::ema;
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Change, ElementwiseMap, Max, Min, elementwise_map, parameters};

/// Higher High Lower Low Stochastic.
pub(in crate::indicator) static HHLLS: Indicator = Indicator {
    name: "hhlls",
    title: "Higher High Lower Low Stochastic",
    summary: "The place of higher highs and of lower lows in their ranges, smoothed: whether trends make new extremes.",
    formula: "hhs = ema(100 * (high - min(high, period)) / (max(high, period) - min(high, period)) where high > high[1], else 0, period); lls = ema(100 * (max(low, period) - low) / (max(low, period) - min(low, period)) where low < low[1], else 0, period)",
    source: "Vitali Apirine, Higher Highs and Lower Lows, Stocks & Commodities, February 2016",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::period(20)],
    outputs: &[
        Output { name: "hhs", help: "the stochastic of higher highs" },
        Output { name: "lls", help: "the stochastic of lower lows" },
    ],
    build: |graph, args| {
        let [high, low] = args.inputs();
        let window = args.integer("period");
        let mut line = |x: Port, sign: f64| {
            let change = graph.add(Change { bars: 1 }, &[x]);
            let extremes = [graph.add(Max { window }, &[x]), graph.add(Min { window }, &[x])];
            let part = graph.add(NewExtreme { sign }, &[x, change, extremes[0], extremes[1]]);
            ema(graph, part, window)
        };
        vec![line(high, 1.0), line(low, -1.0)]
    },
};

/// The place of the first input between the largest and the smallest, in percent from the end against the sign, where the
/// change has the sign, else 0.
#[derive(Debug, Clone)]
struct NewExtreme {
    sign: f64,
}

parameters!(NewExtreme { sign });

impl ElementwiseMap<4, 1> for NewExtreme {
    #[inline(always)]
    fn values(&self, [x, change, largest, smallest]: [f64; 4]) -> [f64; 1] {
        let range = largest - smallest;
        let way = if self.sign > 0.0 { x - smallest } else { largest - x };
        let place = if self.sign * change > 0.0 { 100.0 * (way / range) } else { 0.0 };
        let place = if range == 0.0 { 0.0 } else { place };
        [if (range + change).is_nan() { f64::NAN } else { place }]
    }
}

elementwise_map!(NewExtreme: 4 => 1);

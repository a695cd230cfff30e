//! Rocket RSI.

use crate::indicator::builders::{gain_loss, ln_ratio, super_smooth};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Change, ElementwiseMap, Hold, NormalizedDifference, Sum, elementwise_map, parameters};

/// Rocket RSI.
pub(in crate::indicator) static ROCKET_RSI: Indicator = Indicator {
    name: "rocket_rsi",
    title: "Rocket RSI",
    summary: "The Fisher transform of a relative strength of smoothed momentum: spikes mark turns of the cycle.",
    formula: "f = super_smoother(x - x[period - 1], smooth); up and down = sums of the rises and falls of f over `period` bars; r = (up - down) / (up + down), or 0 where the denominator is 0, between -0.999 and 0.999; y = ln((1 + r) / (1 - r)) / 2",
    source: "John Ehlers, RocketRSI: A Solid Propellant For Your Rocket Science, Stocks & Commodities, May 2018",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 10, 2, "the number of bars of the momentum and of the sums"),
        Param::bars("smooth", 8, 2, "the period of the super smoother, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let momentum = graph.add(Change { bars: window - 1 }, &[x]);
        let smooth = super_smooth(graph, momentum, args.integer("smooth") as f64, true);
        let sums = gain_loss(graph, smooth).map(|part| graph.add(Sum { window }, &[part]));
        let strength = graph.add(NormalizedDifference { scale: 1.0 }, &sums);
        let index = graph.add(FisherTransform, &[strength]);
        vec![graph.add(Hold { drifts: false, after: 0 }, &[index, momentum])]
    },
};

/// The Fisher transform of a value between -1 and 1, away from the ends.
#[derive(Debug, Clone)]
struct FisherTransform;

parameters!(FisherTransform);

impl ElementwiseMap<1, 1> for FisherTransform {
    #[inline(always)]
    fn values(&self, [x]: [f64; 1]) -> [f64; 1] {
        let x = if x > 0.999 { 0.999 } else { x };
        let x = if x < -0.999 { -0.999 } else { x };
        [0.5 * ln_ratio(1.0 + x, 1.0 - x)]
    }
}

elementwise_map!(FisherTransform: 1 => 1);

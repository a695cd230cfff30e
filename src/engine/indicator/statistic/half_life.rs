//! Half-Life of Mean Reversion.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Change, ElementwiseMap, Lag, RegressionBeta, elementwise_map, parameters};

/// Half-Life of Mean Reversion.
pub(in crate::indicator) static HALF_LIFE: Indicator = Indicator {
    name: "half_life",
    title: "Half-Life of Mean Reversion",
    summary: "The half-life of mean reversion in bars; NaN where the window does not revert to its mean.",
    formula: "-ln(2) / slope; the slope is that of x - x[1] against x[1] over the last `period` changes (Ornstein-Uhlenbeck); NaN where it is not below 0",
    source: "Chan, Algorithmic Trading, 2013, chapter 2",
    group: Group::Statistic,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 100, 3, "the number of changes in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let before = graph.add(Lag { bars: 1 }, &[x]);
        let change = graph.add(Change { bars: 1 }, &[x]);
        let slope = graph.add(RegressionBeta { window: args.integer("period") }, &[before, change]);
        vec![graph.add(HalfLife, &[slope])]
    },
};

/// The half-life of an exponential decay with the input as its (negative) rate.
#[derive(Debug, Clone)]
struct HalfLife;

parameters!(HalfLife);

impl ElementwiseMap<1, 1> for HalfLife {
    #[inline(always)]
    fn values(&self, [slope]: [f64; 1]) -> [f64; 1] {
        [if slope < 0.0 { std::f64::consts::LN_2 / -slope } else { f64::NAN }]
    }
}

elementwise_map!(HalfLife: 1 => 1);

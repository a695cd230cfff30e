//! Momersion.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{
    Change, ElementwiseMap, Lag, NegativePart, PositivePart, RatioToSum, Sum, elementwise_map, parameters,
};

/// Momersion.
pub(in crate::indicator) static MOMERSION: Indicator = Indicator {
    name: "momersion",
    title: "Momersion",
    summary: "The share of bars that move on in the direction of the bar before, in percent: above 50 momentum, below it mean reversion.",
    formula: "p = (x - x[1]) * (x[1] - x[2]); 100 * n(p > 0) / (n(p > 0) + n(p < 0)) over `period` bars, or 50 where none moved",
    source: "Michael Harris, Price Action Lab, 2015; Lean MomersionIndicator",
    group: Group::Statistic,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 10, 1, "the number of pairs of returns in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let change = graph.add(Change { bars: 1 }, &[x]);
        let before = graph.add(Lag { bars: 1 }, &[change]);
        let pair = [change, before].map(|x| graph.add(Sign, &[x]));
        let product = graph.times(pair);
        let parts = [graph.add(PositivePart, &[product]), graph.add(NegativePart, &[product])];
        let counts = parts.map(|part| graph.add(Sum { window }, &[part]));
        vec![graph.add(RatioToSum { scale: 100.0, flat: 50.0 }, &counts)]
    },
};

/// 1 above zero, -1 below, 0 at zero.
#[derive(Debug, Clone)]
struct Sign;

parameters!(Sign);

impl ElementwiseMap<1, 1> for Sign {
    #[inline(always)]
    fn values(&self, [x]: [f64; 1]) -> [f64; 1] {
        let sign = if x > 0.0 { 1.0 } else { 0.0 } - if x < 0.0 { 1.0 } else { 0.0 };
        [if x.is_nan() { f64::NAN } else { sign }]
    }
}

elementwise_map!(Sign: 1 => 1);

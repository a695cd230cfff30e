//! Moving Average Adaptive Q.

use crate::indicator::builders::net_and_total_change;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Adaptive, ElementwiseMap, elementwise_map, parameters};

/// Moving Average Adaptive Q.
pub(in crate::indicator) static MAAQ: Indicator = Indicator {
    name: "maaq",
    title: "Moving Average Adaptive Q",
    summary: "A moving average whose smoothing constant grows with the ratio of net change to total change.",
    formula: "y = y[1] + w (x - y[1]); w = (q * 2 / (fast + 1) + 2 / (slow + 1))^2, at most 1; q = |x - x[period]| / sum(|x - x[1]|, period), or 0 where the denominator is 0; the first y[1] is the input before the first w",
    source: "jesse maaq (Moving Average Adaptive Q)",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 11, 1, "the number of bars of the changes"),
        Param::bars("fast", 2, 1, "the period that the ratio scales, in bars"),
        Param::bars("slow", 30, 1, "the period where there is no net change, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let [fast, slow] = ["fast", "slow"].map(|name| 2.0 / (args.integer(name) as f64 + 1.0));
        let pair = net_and_total_change(graph, x, args.integer("period"));
        let weight = graph.add(Weight { fast, slow }, &pair);
        vec![graph.add(Adaptive { from_zero: false }, &[x, weight])]
    },
};

/// The smoothing constant, from the net change and the sum of absolute changes.
#[derive(Debug, Clone)]
struct Weight {
    fast: f64,
    slow: f64,
}

parameters!(Weight { fast, slow });

impl ElementwiseMap<2, 1> for Weight {
    #[inline(always)]
    fn values(&self, [net, total]: [f64; 2]) -> [f64; 1] {
        let ratio = if total == 0.0 && !net.is_nan() { 0.0 } else { net.abs() / total };
        let root = ratio * self.fast + self.slow;
        let weight = root * root;
        [if weight > 1.0 { 1.0 } else { weight }]
    }
}

elementwise_map!(Weight: 2 => 1);

//! Even Better Sinewave.

use crate::indicator::builders::{Pole, previous_or_self, super_smooth};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{ElementwiseMap, Hold, elementwise_map, parameters};

/// Even Better Sinewave.
pub(in crate::indicator) static EBSW: Indicator = Indicator {
    name: "ebsw",
    title: "Even Better Sinewave",
    summary: "The phase of the cycle, or the direction of the trend, from -1 to 1.",
    formula: "(f + f[1] + f[2]) / 3 / sqrt((f^2 + f[1]^2 + f[2]^2) / 3), or 0 where the denominator is 0; f = super_smoother(swak_hp(x, period), smooth)",
    source: "John Ehlers, Cycle Analytics for Traders, 2013",
    group: Group::Cycle,
    revision: 3,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 40, 5, "the cutoff period: cycles longer than this many bars are removed"),
        Param::bars("smooth", 10, 2, "the cutoff period: cycles shorter than this many bars are removed"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let half = std::f64::consts::PI / args.integer("period") as f64;
        let cycles = Pole::high(half).detrended(graph, x);
        let wave = super_smooth(graph, cycles, args.integer("smooth") as f64, true);
        let last = previous_or_self(graph, wave);
        let earlier = previous_or_self(graph, last);
        let normal = graph.add(Normal, &[wave, last, earlier]);
        let before = previous_or_self(graph, x);
        let change = graph.minus([x, before]);
        vec![graph.add(Hold { drifts: true, after: 0 }, &[normal, change])]
    },
};

/// The mean of the inputs divided by their root mean square.
#[derive(Debug, Clone)]
struct Normal;

parameters!(Normal);

impl ElementwiseMap<3, 1> for Normal {
    #[inline(always)]
    fn values(&self, [a, b, c]: [f64; 3]) -> [f64; 1] {
        let power = (a * a + b * b + c * c) / 3.0;
        [if power == 0.0 { 0.0 } else { (a + b + c) / 3.0 / power.sqrt() }]
    }
}

elementwise_map!(Normal: 3 => 1);

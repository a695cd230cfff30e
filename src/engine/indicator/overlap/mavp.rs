//! Moving Average with Variable Period.

use crate::indicator::builders::{SMA_FIRST, Smoothing};
use crate::indicator::{Group, Indicator, Input, Kind, Output, Param};
use crate::kernel::{Aligned, ElementwiseMap, elementwise_map, parameters};

/// Moving Average with Variable Period.
pub(in crate::indicator) static MAVP: Indicator = Indicator {
    name: "mavp",
    title: "Moving Average with Variable Period",
    summary: "A moving average whose period is taken bar by bar from a second series.",
    formula: "ma(x, n); n is the second series at the bar, rounded down and clamped to min .. max; all averages are aligned so that their first values fall on the bar of the one with period max; the limits are swapped where min > max",
    source: "TA-Lib 0.8.3 MAVP",
    group: Group::Overlap,
    revision: 3,
    inputs: &[Input::CLOSE, Input::VOLUME],
    params: &[
        Param {
            name: "min",
            kind: Kind::Integer { default: 2, min: 1, max: 10000 },
            help: "the shortest period, in bars",
        },
        Param {
            name: "max",
            kind: Kind::Integer { default: 30, min: 1, max: 10000 },
            help: "the longest period, in bars",
        },
        Param::choice("ma", SMA_FIRST, "the type of moving average"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x, periods] = args.inputs();
        let (one, two) = (args.integer("min"), args.integer("max"));
        let (min, max) = (one.min(two), one.max(two));
        let average = |period| Smoothing { kind: args.choice("ma"), period };
        let longest = average(max).of(graph, x);
        let lookback = graph.lookback(longest) - graph.lookback(x);
        let first = graph.add(Aligned, &[longest, periods]);
        let chosen = (min..max).fold(first, |chosen, period| {
            let shorter = average(period).late(graph, x, lookback);
            graph.add(Choice { period, least: period == min }, &[chosen, shorter, periods])
        });
        vec![graph.add(Aligned, &[chosen, longest])]
    },
};

/// The second input where the third, rounded down, is the period, or less and the period the least there is; else the
/// first.
#[derive(Debug, Clone)]
struct Choice {
    period: usize,
    least: bool,
}

parameters!(Choice { period, least });

impl ElementwiseMap<3, 1> for Choice {
    #[inline(always)]
    fn values(&self, [other, own, requested]: [f64; 3]) -> [f64; 1] {
        let period = self.period as f64;
        let chosen = requested < period + 1.0 && (requested >= period || self.least);
        [if chosen { own } else { other }]
    }
}

elementwise_map!(Choice: 3 => 1);

//! Common Sense Ratio.

use crate::indicator::builders::{excess_and_shortfall, returns};
use crate::indicator::{Group, Indicator, Input, Kind, Output, Param, Port};
use crate::kernel::{Absolute, Quantiles, Sum};

/// Common Sense Ratio.
pub(in crate::indicator) static COMMON_SENSE_RATIO: Indicator = Indicator {
    name: "common_sense_ratio",
    title: "Common Sense Ratio",
    summary: "The gain to pain ratio of returns times the ratio of their tails: both must be above 1 for a good series.",
    formula: "sum of r > 0 / |sum of r < 0| * |percentile 95 of r| / |percentile 5 of r| of the last `period` returns r, percentiles as in percentile_linear; NaN where a denominator is 0",
    source: "Laurent Bernut; QuantStats common_sense_ratio",
    group: Group::Risk,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param {
        name: "period",
        kind: Kind::Integer { default: 100, min: 2, max: 10000 },
        help: "the number of returns in the window",
    }],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let sums = excess_and_shortfall(graph, x, 0.0).map(|part| graph.add(Sum { window }, &[part]));
        let gains = graph.ratio(sums, f64::NAN);
        let places = [0.95, 0.05].map(|share| share * (window - 1) as f64);
        let returns = returns(graph, x);
        let tails: [Port; 2] = graph.add_all(Quantiles { window, positions: places }, &[returns]);
        let sizes = tails.map(|tail| graph.add(Absolute, &[tail]));
        let tails = graph.ratio(sizes, f64::NAN);
        vec![graph.times([gains, tails])]
    },
};

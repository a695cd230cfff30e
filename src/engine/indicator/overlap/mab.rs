//! Moving Average Bands.

use crate::indicator::builders::{KC_OUTPUTS, channel_bands, ema, root_mean_square};
use crate::indicator::{Group, Indicator, Input, Param};
use crate::kernel::Aligned;

/// Moving Average Bands.
pub(in crate::indicator) static MAB: Indicator = Indicator {
    name: "mab",
    title: "Moving Average Bands",
    summary: "A fast average, and bands around the slow one at the root mean square distance of the two.",
    formula: "middle = ema(x, fast); upper and lower = ema(x, slow) +- multiplier * sqrt(sma((ema(x, fast) - ema(x, slow))^2, fast))",
    source: "Vitali Apirine, Moving Average Bands, Stocks & Commodities, July 2021",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("fast", 10, 1, "the period of the fast average, in bars"),
        Param::bars("slow", 50, 1, "the period of the slow average, in bars"),
        Param::real("multiplier", 1.0, 0.0, 3e37, "the band multiplier, in root mean square distances"),
    ],
    outputs: KC_OUTPUTS,
    build: |graph, args| {
        let [x] = args.inputs();
        let pair = ["fast", "slow"].map(|name| ema(graph, x, args.integer(name)));
        let apart = graph.minus(pair);
        let distance = root_mean_square(graph, apart, args.integer("fast"));
        let mut bands = channel_bands(graph, [pair[1], distance], args.real("multiplier"));
        bands[1] = graph.add(Aligned, &[pair[0], distance]);
        bands
    },
};

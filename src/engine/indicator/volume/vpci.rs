//! Volume Price Confirmation Indicator.

use crate::indicator::builders::sma;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Centered, WeightedMoments};

/// Volume Price Confirmation Indicator.
pub(in crate::indicator) static VPCI: Indicator = Indicator {
    name: "vpci",
    title: "Volume Price Confirmation Indicator",
    summary: "The agreement between the price trend and volume: positive confirms the trend, negative contradicts it.",
    formula: "(w(slow) - sma(slow)) * w(fast) / sma(fast) * sma(volume, fast) / sma(volume, slow), w(n) = sum of close * volume / sum of volume over n bars, or 0 where the total volume of the slow window is 0",
    source: "Buff Dormeier, Investing with Volume Analysis, 2011",
    group: Group::Volume,
    revision: 2,
    inputs: &[Input::CLOSE, Input::VOLUME],
    params: &[
        Param::bars("fast", 5, 1, "the period of the short moving averages, in bars"),
        Param::bars("slow", 20, 1, "the period of the long moving averages, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [close, volume] = args.inputs();
        let (fast, slow) = (args.integer("fast"), args.integer("slow"));
        let [above, _] = graph.add_all(WeightedMoments { window: slow }, &[close, volume]);
        let centered = graph.add(Centered { window: slow }, &[close]);
        let confirmed = graph.minus([centered, above]);
        let [above, _] = graph.add_all(WeightedMoments { window: fast }, &[close, volume]);
        let weighted = graph.minus([close, above]);
        let average = sma(graph, close, fast);
        let ratio = graph.ratio([weighted, average], 0.0);
        let [few, many] = [fast, slow].map(|bars| sma(graph, volume, bars));
        let multiplier = graph.ratio([few, many], 0.0);
        let product = graph.times([confirmed, ratio]);
        vec![graph.times([product, multiplier])]
    },
};

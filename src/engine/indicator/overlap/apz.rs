//! Adaptive Price Zone.

use crate::indicator::builders::{KC_OUTPUTS, channel_bands, ema};
use crate::indicator::{Group, Indicator, Input, Param};

/// Adaptive Price Zone.
pub(in crate::indicator) static APZ: Indicator = Indicator {
    name: "apz",
    title: "Adaptive Price Zone",
    summary: "A double-smoothed exponential average of the close, with bands a multiple of the double-smoothed range around it.",
    formula: "n = sqrt(period), rounded up; middle = ema(ema(close, n), n); upper and lower = middle +- multiplier * ema(ema(high - low, n), n)",
    source: "Lee Leibfarth, Trading With An Adaptive Price Zone, Stocks & Commodities, September 2006",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("period", 20, 1, "the number of bars whose square root is the period of the averages"),
        Param::real("multiplier", 2.0, 0.0, 3e37, "the band multiplier, in smoothed ranges"),
    ],
    outputs: KC_OUTPUTS,
    build: |graph, args| {
        let [high, low, close] = args.inputs();
        let period = args.integer("period");
        let root = period.isqrt() + usize::from(period.isqrt().pow(2) < period);
        let range = graph.minus([high, low]);
        let pair = [close, range].map(|x| (0..2).fold(x, |x, _| ema(graph, x, root)));
        channel_bands(graph, pair, args.real("multiplier"))
    },
};

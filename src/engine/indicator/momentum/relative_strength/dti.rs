//! Directional Trend Index.

use crate::indicator::builders::ema_of_changes;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Absolute, Change, Hold, NegativePart, PositivePart};

/// Directional Trend Index.
pub(in crate::indicator) static DTI: Indicator = Indicator {
    name: "dti",
    title: "Directional Trend Index",
    summary: "The triple-smoothed move of highs and lows, in percent of its triple-smoothed size.",
    formula: "m = max(high - high[1], 0) - max(low[1] - low, 0); 100 * ema(ema(ema(m, r), s), u) / ema(ema(ema(|m|, r), s), u), or 0 where the denominator is 0",
    source: "William Blau, Momentum, Direction, and Divergence, 1995",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[
        Param::bars("r", 14, 1, "the period of the first average, in bars"),
        Param::bars("s", 10, 1, "the period of the second average, in bars"),
        Param::bars("u", 5, 1, "the period of the third average, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low] = args.inputs();
        let [rise, fall] = [high, low].map(|x| graph.add(Change { bars: 1 }, &[x]));
        let parts = [graph.add(PositivePart, &[rise]), graph.add(NegativePart, &[fall])];
        let moved = graph.minus(parts);
        let size = graph.add(Absolute, &[moved]);
        let periods = ["r", "s", "u"].map(|name| args.integer(name));
        let pair = [moved, size].map(|x| periods.into_iter().fold(x, |x, period| ema_of_changes(graph, x, period)));
        let index = graph.percent(pair, 100.0, 0.0);
        vec![graph.add(Hold { drifts: true, after: 0 }, &[index, moved, size])]
    },
};

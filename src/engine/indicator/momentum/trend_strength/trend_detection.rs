//! Trend Detection Index.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Absolute, Change, Lag, Sum};

/// Trend Detection Index.
pub(in crate::indicator) static TREND_DETECTION: Indicator = Indicator {
    name: "trend_detection",
    title: "Trend Detection Index",
    summary: "Whether prices trend, and in which direction, by the sums of momentum and of its size.",
    formula: "m = x - x[period]; direction = sum(m, period); tdi = |direction| - (sum(|m|, 2 period) - sum(|m|, period)): above 0 in a trend",
    source: "M. H. Pee, Trend Detection Index, Stocks & Commodities, October 2001",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::period(20)],
    outputs: &[
        Output { name: "tdi", help: "above 0 in a trend, below 0 without one" },
        Output { name: "direction", help: "above 0 upward, below 0 downward" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let momentum = graph.add(Change { bars: window }, &[x]);
        let size = graph.add(Absolute, &[momentum]);
        let direction = graph.add(Sum { window }, &[momentum]);
        // The sum of twice the window without its newer half is the older half.
        let half = graph.add(Sum { window }, &[size]);
        let older = graph.add(Lag { bars: window }, &[half]);
        let strength = graph.add(Absolute, &[direction]);
        vec![graph.minus([strength, older]), direction]
    },
};

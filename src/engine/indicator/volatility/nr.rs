//! Narrow Range.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Compare, Comparison, Lag, Min};

/// Narrow Range.
pub(in crate::indicator) static NR: Indicator = Indicator {
    name: "nr",
    title: "Narrow Range",
    summary: "1 at a bar whose range is the narrowest of the window (NR4, NR7), else 0.",
    formula: "1 where high - low is below that of each of the period - 1 bars before, else 0",
    source: "Toby Crabel, Day Trading with Short Term Price Patterns and Opening Range Breakout, 1990",
    group: Group::Volatility,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::bars("period", 7, 2, "the number of bars compared")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low] = args.inputs();
        let range = graph.minus([high, low]);
        let narrowest = graph.add(Min { window: args.integer("period") - 1 }, &[range]);
        let before = graph.add(Lag { bars: 1 }, &[narrowest]);
        vec![graph.add(Compare { op: Comparison::Less }, &[range, before])]
    },
};

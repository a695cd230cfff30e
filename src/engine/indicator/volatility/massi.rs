//! Mass Index.

use crate::indicator::builders::ema;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Sum;

/// Mass Index.
pub(in crate::indicator) static MASSI: Indicator = Indicator {
    name: "massi",
    title: "Mass Index",
    summary: "The sum of the ratio of the averaged bar range to its own average; it rises when ranges widen, whatever the direction.",
    formula: "sum over slow bars of ema(high - low, fast) / ema(ema(high - low, fast), fast), or 1 where the denominator is 0",
    source: "TA-Lib 0.8.3 MASSI",
    group: Group::Volatility,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[
        Param::bars("fast", 9, 2, "the period of the moving averages, in bars"),
        Param::bars("slow", 25, 2, "the number of bars in the sum"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let range = graph.minus(args.inputs());
        let once = ema(graph, range, args.integer("fast"));
        let twice = ema(graph, once, args.integer("fast"));
        let ratio = graph.ratio([once, twice], 1.0);
        vec![graph.add(Sum { window: args.integer("slow") }, &[ratio])]
    },
};

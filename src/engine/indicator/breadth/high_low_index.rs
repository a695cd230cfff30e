//! High-Low Index.

use crate::indicator::builders::sma;
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::RatioToSum;

/// High-Low Index.
pub(in crate::indicator) static HIGH_LOW_INDEX: Indicator = Indicator {
    name: "high_low_index",
    title: "High-Low Index",
    summary: "The moving average of new highs in percent of new highs and new lows.",
    formula: "inputs: new highs, new lows; sma(100 * highs / (highs + lows), period), with 50 where both are 0",
    source: "StockCharts, High-Low Index: record high percent, averaged",
    group: Group::Breadth,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::period(10)],
    outputs: Output::ONE,
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        let share = graph.add(RatioToSum { scale: 100.0, flat: 50.0 }, &pair);
        vec![sma(graph, share, args.integer("period"))]
    },
};

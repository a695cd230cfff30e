//! Choppiness Index.

use crate::indicator::builders::choppiness;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Max, Min};

/// Choppiness Index.
pub(in crate::indicator) static CHOP: Indicator = Indicator {
    name: "chop",
    title: "Choppiness Index",
    summary: "The ratio of summed true ranges to the window's price range on a log scale: 0 for a straight trend, 100 for none.",
    formula: "100 * log10(sum of trange / (max(high) - min(low))) / log10(period), or 100 where the range is 0",
    source: "TA-Lib 0.8.3 CHOP",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::bars("period", 14, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low, close] = args.inputs();
        let window = args.integer("period");

        let extremes = [graph.add(Max { window }, &[high]), graph.add(Min { window }, &[low])];
        vec![choppiness(graph, [high, low, close], extremes, window)]
    },
};

//! Choppiness Index, True Ranges.

use crate::indicator::builders::choppiness;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Arithmetic, Binary, Lag, Max, Min};

/// Choppiness Index, True Ranges.
pub(in crate::indicator) static CHOPTR: Indicator = Indicator {
    name: "choptr",
    title: "Choppiness Index, True Ranges",
    summary: "The choppiness index with the window's range taken from true highs and true lows.",
    formula: "100 * log10(sum of trange / (max(true high) - min(true low))) / log10(period), or 100 where the range is 0; true high = max(high, close[1]); true low = min(low, close[1])",
    source: "TA-Lib 0.8.3 CHOPTR",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::bars("period", 14, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low, close] = args.inputs();
        let window = args.integer("period");

        let before = graph.add(Lag { bars: 1 }, &[close]);
        let true_high = graph.add(Arithmetic { op: Binary::Max }, &[high, before]);
        let true_low = graph.add(Arithmetic { op: Binary::Min }, &[low, before]);
        let extremes = [graph.add(Max { window }, &[true_high]), graph.add(Min { window }, &[true_low])];
        vec![choppiness(graph, [high, low, close], extremes, window)]
    },
};

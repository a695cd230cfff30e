//! Williams %R.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Clamp, Max, Min, Position};

/// Williams %R.
pub(in crate::indicator) static WILLR: Indicator = Indicator {
    name: "willr",
    title: "Williams %R",
    summary: "Where the close is below the highest high of the window, from -100 to 0.",
    formula: "-100 * (max(high) - close) / (max(high) - min(low)), and 0 where that is flat",
    source: "TA-Lib 0.8.3 WILLR",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::bars("period", 14, 2, "the number of bars of the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low, close] = args.inputs();
        let window = args.integer("period");
        let highest = graph.add(Max { window }, &[high]);
        let lowest = graph.add(Min { window }, &[low]);
        // Counted from the top, so that what is near it is exact.
        let percent = graph.add(Position { scale: -100.0 }, &[close, highest, lowest]);
        vec![graph.add(Clamp { min: -100.0, max: 0.0 }, &[percent])]
    },
};

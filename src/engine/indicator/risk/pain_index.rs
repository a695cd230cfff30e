//! Pain Index.

use crate::indicator::builders::{drawdown_percent, sma};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Pain Index.
pub(in crate::indicator) static PAIN_INDEX: Indicator = Indicator {
    name: "pain_index",
    title: "Pain Index",
    summary: "The mean drawdown from the rolling maximum, in percent.",
    formula: "sma(100 * (highest - x) / highest, period), highest = max(x, period) at each bar",
    source: "Becker, Zephyr Associates, 2006; with the maximum of a rolling window, as in ulcer",
    group: Group::Risk,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::period(14)],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let below = drawdown_percent(graph, x, window);
        vec![sma(graph, below, window)]
    },
};

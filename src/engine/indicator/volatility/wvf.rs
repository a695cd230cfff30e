//! Williams VIX Fix.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Max;

/// Williams VIX Fix.
pub(in crate::indicator) static WVF: Indicator = Indicator {
    name: "wvf",
    title: "Williams VIX Fix",
    summary: "The fall of the low from the highest close of the window, in percent: fear, from prices alone.",
    formula: "100 * (max(close, period) - low) / max(close, period), or 0 where the denominator is 0",
    source: "Larry Williams, Active Trader, December 2007",
    group: Group::Volatility,
    revision: 1,
    inputs: &[Input::LOW, Input::CLOSE],
    params: &[Param::period(22)],
    outputs: Output::ONE,
    build: |graph, args| {
        let [low, close] = args.inputs();
        let highest = graph.add(Max { window: args.integer("period") }, &[close]);
        let fall = graph.minus([highest, low]);
        vec![graph.percent([fall, highest], 100.0, 0.0)]
    },
};

//! Volatility.

use crate::indicator::builders::roc;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::StandardDeviation;

/// Volatility.
pub(in crate::indicator) static VOLATILITY: Indicator = Indicator {
    name: "volatility",
    title: "Volatility",
    summary: "The sample standard deviation of returns over the window, in percent.",
    formula: "100 * sample standard deviation of the last `period` one-bar returns",
    source: "pandas pct_change().rolling(20).std() * 100",
    group: Group::Volatility,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 20, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        // Returns in percent, so that the deviation is in percent.
        let returns = roc(graph, x, 1);
        vec![graph.add(StandardDeviation { window: args.integer("period"), ddof: 1 }, &[returns])]
    },
};

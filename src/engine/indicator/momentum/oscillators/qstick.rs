//! Qstick.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::MeanDifference;

/// Qstick.
pub(in crate::indicator) static QSTICK: Indicator = Indicator {
    name: "qstick",
    title: "Qstick",
    summary: "The simple moving average of the body (close - open).",
    formula: "sma(close - open, period)",
    source: "TA-Lib 0.8.3 QSTICK",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::OPEN, Input::CLOSE],
    params: &[Param::bars("period", 10, 1, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [open, close] = args.inputs();
        vec![graph.add(MeanDifference { window: args.integer("period") }, &[close, open])]
    },
};

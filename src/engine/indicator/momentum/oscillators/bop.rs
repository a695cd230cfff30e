//! Balance of Power.

use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::DifferenceRatio;

/// Balance of Power.
pub(in crate::indicator) static BOP: Indicator = Indicator {
    name: "bop",
    title: "Balance of Power",
    summary: "The body as a fraction of the bar range, from -1 to 1.",
    formula: "(close - open) / (high - low), or 0 where the bar range is 0",
    source: "TA-Lib 0.8.3 BOP",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::OPEN, Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [open, high, low, close] = args.inputs();
        vec![graph.add(DifferenceRatio { flat: 0.0 }, &[close, open, high, low])]
    },
};

//! Balance of Power.

use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::{Arithmetic, Binary, Ratio};

/// Balance of Power.
pub(in crate::indicator) static BOP: Indicator = Indicator {
    name: "bop",
    title: "Balance of Power",
    summary: "How much of the range of the bar lies between its open and its close, from -1 to 1.",
    formula: "(close - open) / (high - low), and 0 where the bar has no range",
    source: "TA-Lib 0.8.3 BOP",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::OPEN, Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [open, high, low, close] = args.inputs();
        let body = graph.add(Arithmetic { op: Binary::Subtract }, &[close, open]);
        let range = graph.add(Arithmetic { op: Binary::Subtract }, &[high, low]);
        vec![graph.add(Ratio { flat: 0.0 }, &[body, range])]
    },
};

//! Subtraction.

use crate::indicator::{Group, Indicator, Input, Output, Port};
use crate::kernel::{Arithmetic, Binary};

/// Subtraction.
pub(in crate::indicator) static SUB: Indicator = Indicator {
    name: "sub",
    title: "Subtraction",
    summary: "The first series minus the second.",
    formula: "x - y",
    source: "TA-Lib 0.8.3 SUB",
    group: Group::Math,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        vec![graph.add(Arithmetic { op: Binary::Subtract }, &pair)]
    },
};

//! Multiplication.

use crate::indicator::{Group, Indicator, Input, Output, Port};
use crate::kernel::{Arithmetic, Binary};

/// Multiplication.
pub(in crate::indicator) static MULT: Indicator = Indicator {
    name: "mult",
    title: "Multiplication",
    summary: "The product of two series.",
    formula: "x * y",
    source: "TA-Lib 0.8.3 MULT",
    group: Group::Math,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        vec![graph.add(Arithmetic { op: Binary::Multiply }, &pair)]
    },
};

//! Hyperbolic Sine.

use crate::indicator::builders::{Function, Transform};
use crate::indicator::{Group, Indicator, Input, Output};

/// Hyperbolic Sine.
pub(in crate::indicator) static SINH: Indicator = Indicator {
    name: "sinh",
    title: "Hyperbolic Sine",
    summary: "The hyperbolic sine of the value.",
    formula: "sinh(x)",
    source: "TA-Lib 0.8.3 SINH",
    group: Group::Math,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(Transform { function: Function::Sinh }, &[x])]
    },
};

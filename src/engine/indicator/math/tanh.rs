//! Hyperbolic Tangent.

use crate::indicator::builders::{Function, Transform};
use crate::indicator::{Group, Indicator, Input, Output};

/// Hyperbolic Tangent.
pub(in crate::indicator) static TANH: Indicator = Indicator {
    name: "tanh",
    title: "Hyperbolic Tangent",
    summary: "The hyperbolic tangent of the value.",
    formula: "tanh(x)",
    source: "TA-Lib 0.8.3 TANH",
    group: Group::Math,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(Transform { function: Function::Tanh }, &[x])]
    },
};

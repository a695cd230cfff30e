//! Ceiling.

use crate::indicator::builders::{Function, Transform};
use crate::indicator::{Group, Indicator, Input, Output};

/// Ceiling.
pub(in crate::indicator) static CEIL: Indicator = Indicator {
    name: "ceil",
    title: "Ceiling",
    summary: "The smallest integer not below the value.",
    formula: "ceil(x)",
    source: "TA-Lib 0.8.3 CEIL",
    group: Group::Math,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(Transform { function: Function::Ceil }, &[x])]
    },
};

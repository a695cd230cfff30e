//! Cosine.

use crate::indicator::builders::{Function, Transform};
use crate::indicator::{Group, Indicator, Input, Output};

/// Cosine.
pub(in crate::indicator) static COS: Indicator = Indicator {
    name: "cos",
    title: "Cosine",
    summary: "The cosine of an angle in radians.",
    formula: "cos(x)",
    source: "TA-Lib 0.8.3 COS",
    group: Group::Math,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(Transform { function: Function::Cos }, &[x])]
    },
};

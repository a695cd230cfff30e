//! Hyperbolic Cosine.

use crate::indicator::builders::{Function, Transform};
use crate::indicator::{Group, Indicator, Input, Output};

/// Hyperbolic Cosine.
pub(in crate::indicator) static COSH: Indicator = Indicator {
    name: "cosh",
    title: "Hyperbolic Cosine",
    summary: "The hyperbolic cosine of the value.",
    formula: "cosh(x)",
    source: "TA-Lib 0.8.3 COSH",
    group: Group::Math,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(Transform { function: Function::Cosh }, &[x])]
    },
};

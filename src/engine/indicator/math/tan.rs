//! Tangent.

use crate::indicator::builders::{Function, Transform};
use crate::indicator::{Group, Indicator, Input, Output};

/// Tangent.
pub(in crate::indicator) static TAN: Indicator = Indicator {
    name: "tan",
    title: "Tangent",
    summary: "The tangent of an angle in radians.",
    formula: "tan(x)",
    source: "TA-Lib 0.8.3 TAN",
    group: Group::Math,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(Transform { function: Function::Tan }, &[x])]
    },
};

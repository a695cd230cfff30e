//! Arc Tangent.

use crate::indicator::builders::{Function, Transform};
use crate::indicator::{Group, Indicator, Input, Output};

/// Arc Tangent.
pub(in crate::indicator) static ATAN: Indicator = Indicator {
    name: "atan",
    title: "Arc Tangent",
    summary: "The arc tangent in radians.",
    formula: "atan(x)",
    source: "TA-Lib 0.8.3 ATAN",
    group: Group::Math,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(Transform { function: Function::Atan }, &[x])]
    },
};

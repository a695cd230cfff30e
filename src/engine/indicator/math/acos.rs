//! Arc Cosine.

use crate::indicator::builders::{Function, Transform};
use crate::indicator::{Group, Indicator, Input, Output};

/// Arc Cosine.
pub(in crate::indicator) static ACOS: Indicator = Indicator {
    name: "acos",
    title: "Arc Cosine",
    summary: "The arc cosine in radians; NaN outside -1 to 1.",
    formula: "acos(x)",
    source: "TA-Lib 0.8.3 ACOS",
    group: Group::Math,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(Transform { function: Function::Acos }, &[x])]
    },
};

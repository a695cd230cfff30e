//! Arc Sine.

use crate::indicator::builders::{Function, Transform};
use crate::indicator::{Group, Indicator, Input, Output};

/// Arc Sine.
pub(in crate::indicator) static ASIN: Indicator = Indicator {
    name: "asin",
    title: "Arc Sine",
    summary: "The arc sine in radians; NaN outside -1 to 1.",
    formula: "asin(x)",
    source: "TA-Lib 0.8.3 ASIN",
    group: Group::Math,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(Transform { function: Function::Asin }, &[x])]
    },
};

//! Sine.

use crate::indicator::builders::{Function, Transform};
use crate::indicator::{Group, Indicator, Input, Output};

/// Sine.
pub(in crate::indicator) static SIN: Indicator = Indicator {
    name: "sin",
    title: "Sine",
    summary: "The sine of an angle in radians.",
    formula: "sin(x)",
    source: "TA-Lib 0.8.3 SIN",
    group: Group::Math,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(Transform { function: Function::Sin }, &[x])]
    },
};

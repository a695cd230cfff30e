//! Exponential.

use crate::indicator::builders::{Function, Transform};
use crate::indicator::{Group, Indicator, Input, Output};

/// Exponential.
pub(in crate::indicator) static EXP: Indicator = Indicator {
    name: "exp",
    title: "Exponential",
    summary: "The exponential function, e to the power of the value.",
    formula: "exp(x)",
    source: "TA-Lib 0.8.3 EXP",
    group: Group::Math,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(Transform { function: Function::Exp }, &[x])]
    },
};

//! Natural Logarithm.

use crate::indicator::builders::{Function, Transform};
use crate::indicator::{Group, Indicator, Input, Output};

/// Natural Logarithm.
pub(in crate::indicator) static LN: Indicator = Indicator {
    name: "ln",
    title: "Natural Logarithm",
    summary: "The natural logarithm; NaN below 0.",
    formula: "ln(x)",
    source: "TA-Lib 0.8.3 LN",
    group: Group::Math,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(Transform { function: Function::Ln }, &[x])]
    },
};

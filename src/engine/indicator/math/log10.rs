//! Decimal Logarithm.

use crate::indicator::builders::{Function, Transform};
use crate::indicator::{Group, Indicator, Input, Output};

/// Decimal Logarithm.
pub(in crate::indicator) static LOG10: Indicator = Indicator {
    name: "log10",
    title: "Decimal Logarithm",
    summary: "The base-10 logarithm; NaN below 0.",
    formula: "log10(x)",
    source: "TA-Lib 0.8.3 LOG10",
    group: Group::Math,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(Transform { function: Function::Log10 }, &[x])]
    },
};

//! Square Root.

use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::SquareRoot;

/// Square Root.
pub(in crate::indicator) static SQRT: Indicator = Indicator {
    name: "sqrt",
    title: "Square Root",
    summary: "The square root; NaN below 0.",
    formula: "sqrt(x)",
    source: "TA-Lib 0.8.3 SQRT",
    group: Group::Math,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(SquareRoot, &[x])]
    },
};

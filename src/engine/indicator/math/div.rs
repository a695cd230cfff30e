//! Division.

use crate::indicator::{Group, Indicator, Input, Output, Port};
use crate::kernel::{Arithmetic, Binary};

/// Division.
pub(in crate::indicator) static DIV: Indicator = Indicator {
    name: "div",
    title: "Division",
    summary: "The first series divided by the second.",
    formula: "x / y; infinite or NaN where y is 0",
    source: "TA-Lib 0.8.3 DIV",
    group: Group::Math,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        vec![graph.add(Arithmetic { op: Binary::Divide }, &pair)]
    },
};

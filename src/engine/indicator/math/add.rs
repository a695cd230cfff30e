//! Addition.

use crate::indicator::{Group, Indicator, Input, Output, Port};
use crate::kernel::{Arithmetic, Binary};

/// Addition.
pub(in crate::indicator) static ADD: Indicator = Indicator {
    name: "add",
    title: "Addition",
    summary: "The sum of two series.",
    formula: "x + y",
    source: "TA-Lib 0.8.3 ADD",
    group: Group::Math,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let pair: [Port; 2] = args.inputs();
        vec![graph.add(Arithmetic { op: Binary::Add }, &pair)]
    },
};

//! Floor.

use crate::indicator::builders::{Function, Transform};
use crate::indicator::{Group, Indicator, Input, Output};

/// Floor.
pub(in crate::indicator) static FLOOR: Indicator = Indicator {
    name: "floor",
    title: "Floor",
    summary: "The largest integer not above the value.",
    formula: "floor(x)",
    source: "TA-Lib 0.8.3 FLOOR",
    group: Group::Math,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(Transform { function: Function::Floor }, &[x])]
    },
};

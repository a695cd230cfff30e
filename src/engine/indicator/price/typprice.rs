//! Typical Price.

use crate::indicator::{Group, Indicator, Input, Output, Port};
use crate::kernel::Average;

/// Typical Price.
pub(in crate::indicator) static TYPPRICE: Indicator = Indicator {
    name: "typprice",
    title: "Typical Price",
    summary: "The mean of high, low and close.",
    formula: "(high + low + close) / 3",
    source: "TA-Lib 0.8.3 TYPPRICE",
    group: Group::Price,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let inputs: [Port; 3] = args.inputs();
        vec![graph.add(Average { inputs: 3 }, &inputs)]
    },
};

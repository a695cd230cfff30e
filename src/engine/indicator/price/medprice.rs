//! Median Price.

use crate::indicator::{Group, Indicator, Input, Output, Port};
use crate::kernel::Average;

/// Median Price.
pub(in crate::indicator) static MEDPRICE: Indicator = Indicator {
    name: "medprice",
    title: "Median Price",
    summary: "The midpoint of the bar range.",
    formula: "(high + low) / 2",
    source: "TA-Lib 0.8.3 MEDPRICE",
    group: Group::Price,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let inputs: [Port; 2] = args.inputs();
        vec![graph.add(Average { inputs: 2 }, &inputs)]
    },
};

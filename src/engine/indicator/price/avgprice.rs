//! Average Price.

use crate::indicator::{Group, Indicator, Input, Output, Port};
use crate::kernel::Average;

/// Average Price.
pub(in crate::indicator) static AVGPRICE: Indicator = Indicator {
    name: "avgprice",
    title: "Average Price",
    summary: "The mean of open, high, low and close.",
    formula: "(open + high + low + close) / 4",
    source: "TA-Lib 0.8.3 AVGPRICE",
    group: Group::Price,
    revision: 1,
    inputs: &[Input::OPEN, Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let inputs: [Port; 4] = args.inputs();
        vec![graph.add(Average { inputs: 4 }, &inputs)]
    },
};

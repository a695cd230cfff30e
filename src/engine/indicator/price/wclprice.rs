//! Weighted Close Price.

use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::Average;

/// Weighted Close Price.
pub(in crate::indicator) static WCLPRICE: Indicator = Indicator {
    name: "wclprice",
    title: "Weighted Close Price",
    summary: "The mean of high, low and close, with double weight on the close.",
    formula: "(high + low + 2 * close) / 4",
    source: "TA-Lib 0.8.3 WCLPRICE",
    group: Group::Price,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [high, low, close] = args.inputs();
        vec![graph.add(Average { inputs: 4 }, &[high, low, close, close])]
    },
};

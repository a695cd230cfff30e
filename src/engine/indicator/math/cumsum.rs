//! Cumulative Sum.

use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::CumulativeSum;

/// Cumulative Sum.
pub(in crate::indicator) static CUMSUM: Indicator = Indicator {
    name: "cumsum",
    title: "Cumulative Sum",
    summary: "The cumulative sum since the first bar.",
    formula: "y = y[1] + x",
    source: "TA-Lib 0.8.3 CUMSUM",
    group: Group::Math,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(CumulativeSum, &[x])]
    },
};

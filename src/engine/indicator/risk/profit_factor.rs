//! Profit Factor.

use crate::indicator::builders::gain_loss;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Sum;

/// Profit Factor.
pub(in crate::indicator) static PROFIT_FACTOR: Indicator = Indicator {
    name: "profit_factor",
    title: "Profit Factor",
    summary: "The ratio of total gains to total losses over the window.",
    formula: "sum of max(x - x[1], 0) / sum of max(x[1] - x, 0) over the last `period` changes; NaN where no change is negative; omega is the same ratio of returns",
    source: "Schwager, Futures: Technical Analysis, 1996: gross profit / gross loss",
    group: Group::Risk,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 100, 1, "the number of changes in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let sums = gain_loss(graph, x).map(|part| graph.add(Sum { window }, &[part]));
        vec![graph.ratio(sums, f64::NAN)]
    },
};

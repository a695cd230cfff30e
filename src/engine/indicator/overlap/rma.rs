//! Wilder Moving Average.

use crate::indicator::builders::rma;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Wilder Moving Average.
pub(in crate::indicator) static RMA: Indicator = Indicator {
    name: "rma",
    title: "Wilder Moving Average",
    summary: "Wilder's exponential moving average, slower than an ordinary one of the same period.",
    formula: "y = (1 - 1 / period) * y[1] + x / period; the first y is the mean of the first `period` values",
    source: "TA-Lib 0.8.3 RMA",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::period(30)],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![rma(graph, x, args.integer("period"))]
    },
};

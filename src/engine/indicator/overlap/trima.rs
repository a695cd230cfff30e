//! Triangular Moving Average.

use crate::indicator::builders::trima;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Triangular Moving Average.
pub(in crate::indicator) static TRIMA: Indicator = Indicator {
    name: "trima",
    title: "Triangular Moving Average",
    summary: "A moving average with triangular weights, the largest weight in the middle.",
    formula: "sma(sma(x, m), n) with m = ceil(period / 2) and n = floor(period / 2) + 1",
    source: "TA-Lib 0.8.3 TRIMA",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::period(30)],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![trima(graph, x, args.integer("period"))]
    },
};

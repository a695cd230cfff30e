//! Weighted Moving Average.

use crate::indicator::builders::wma;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Weighted Moving Average.
pub(in crate::indicator) static WMA: Indicator = Indicator {
    name: "wma",
    title: "Weighted Moving Average",
    summary: "A moving average with linearly decreasing weights, the largest on the latest value.",
    formula: "sum of (period - i) * x[i] / (period * (period + 1) / 2), i from 0 to period - 1",
    source: "TA-Lib 0.8.3 WMA",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::period(30)],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![wma(graph, x, args.integer("period"))]
    },
};

//! Zero-Lag Exponential Moving Average.

use crate::indicator::builders::zlema;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Zero-Lag Exponential Moving Average.
pub(in crate::indicator) static ZLEMA: Indicator = Indicator {
    name: "zlema",
    title: "Zero-Lag Exponential Moving Average",
    summary: "An exponential moving average of values extrapolated by its lag.",
    formula: "ema(x + (x - x[lag]), period); lag = (period - 1) / 2, rounded down",
    source: "TA-Lib 0.8.3 ZLEMA",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::period(30)],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![zlema(graph, x, args.integer("period"))]
    },
};

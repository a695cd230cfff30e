//! Double Exponential Moving Average.

use crate::indicator::builders::{NESTED_SEED, dema_seeded};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Double Exponential Moving Average.
pub(in crate::indicator) static DEMA: Indicator = Indicator {
    name: "dema",
    title: "Double Exponential Moving Average",
    summary: "An exponential moving average corrected by its own average to reduce lag.",
    formula: "2 * ema(x) - ema(ema(x))",
    source: "TA-Lib 0.8.3 DEMA",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::period(30), NESTED_SEED],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![dema_seeded(graph, x, args.integer("period"), args.choice("seed"))]
    },
};

//! Triple Exponential Moving Average.

use crate::indicator::builders::{NESTED_SEED, tema_seeded};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Triple Exponential Moving Average.
pub(in crate::indicator) static TEMA: Indicator = Indicator {
    name: "tema",
    title: "Triple Exponential Moving Average",
    summary: "A triple exponential moving average, which cancels most of the lag.",
    formula: "3 * ema(x) - 3 * ema(ema(x)) + ema(ema(ema(x)))",
    source: "TA-Lib 0.8.3 TEMA",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::period(30), NESTED_SEED],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![tema_seeded(graph, x, args.integer("period"), args.choice("seed"))]
    },
};

//! Derivative Oscillator.

use crate::indicator::builders::{ema, rsi};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::Centered;

/// Derivative Oscillator.
pub(in crate::indicator) static DOSC: Indicator = Indicator {
    name: "dosc",
    title: "Derivative Oscillator",
    summary: "The double-smoothed relative strength index minus its simple moving average.",
    formula: "s = ema(ema(rsi(x, period), first), second); s - sma(s, signal)",
    source: "TA-Lib 0.8.3 DOSC",
    group: Group::Momentum,
    revision: 3,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 14, 2, "the period of the relative strength index, in bars"),
        Param::bars("first", 5, 2, "the period of the first moving average, in bars"),
        Param::bars("second", 3, 2, "the period of the second moving average, in bars"),
        Param::bars("signal", 9, 2, "the period of the signal average that is subtracted, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let strength = rsi(graph, x, args.integer("period"));
        let once = ema(graph, strength, args.integer("first"));
        let twice = ema(graph, once, args.integer("second"));
        vec![graph.add(Centered { window: args.integer("signal") }, &[twice])]
    },
};

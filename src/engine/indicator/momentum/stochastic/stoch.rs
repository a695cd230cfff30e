//! Stochastic Oscillator.

use crate::indicator::builders::smoothing::{SMA_FIRST, Smoothing};
use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Aligned, RangePosition};

/// Stochastic Oscillator.
pub(in crate::indicator) static STOCH: Indicator = Indicator {
    name: "stoch",
    title: "Stochastic Oscillator",
    summary: "The position of the close between the lowest low and the highest high of the window, smoothed twice.",
    formula: "raw = 100 * (close - min(low, fastk)) / (max(high, fastk) - min(low, fastk)), or 0 where the range is 0; k = ma(raw, slowk); d = ma(k, slowd)",
    source: "TA-Lib 0.8.3 STOCH",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("fastk", 5, 1, "the number of bars in the range"),
        Param::bars("slowk", 3, 1, "the smoothing period of k, in bars"),
        Param::bars("slowd", 3, 1, "the smoothing period of d, in bars"),
        Param::choice("ma", SMA_FIRST, "the type of moving average"),
    ],
    outputs: &[
        Output { name: "k", help: "the smoothed position of the close in the range, from 0 to 100" },
        Output { name: "d", help: "the moving average of k" },
    ],
    build: |graph, args| {
        let raw = raw(graph, args.inputs(), args.integer("fastk"));
        let kind = args.choice("ma");
        let k = Smoothing { kind, period: args.integer("slowk") }.of(graph, raw);
        let d = Smoothing { kind, period: args.integer("slowd") }.of(graph, k);
        vec![graph.add(Aligned, &[k, d]), d]
    },
};

/// The position of the close in the range of the window, from 0 to 100.
pub(in crate::indicator) fn raw(graph: &mut Graph, bars: [Port; 3], window: usize) -> Port {
    graph
        .add(RangePosition { window, scale: 100.0, from_top: false, limits: [f64::NEG_INFINITY, f64::INFINITY] }, &bars)
}

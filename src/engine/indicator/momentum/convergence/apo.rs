//! Absolute Price Oscillator.

use crate::indicator::builders::smoothing::{EMA_FIRST, Smoothing};
use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Arithmetic, Binary};

/// Absolute Price Oscillator.
pub(in crate::indicator) static APO: Indicator = Indicator {
    name: "apo",
    title: "Absolute Price Oscillator",
    summary: "A fast minus a slow moving average.",
    formula: "ma(x, fast) - ma(x, slow); the periods are swapped where fast > slow",
    source: "TA-Lib 0.8.3 APO",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("fast", 12, 2, "the period of the fast moving average, in bars"),
        Param::bars("slow", 26, 2, "the period of the slow moving average, in bars"),
        Param::choice("ma", EMA_FIRST, "the type of moving average"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let periods = [args.integer("fast"), args.integer("slow")];
        vec![apart(graph, x, args.choice("ma"), periods)[0]]
    },
};

/// The fast minus the slow average of `x`, and the slow one; the periods may be in either order.
pub(in crate::indicator) fn apart(graph: &mut Graph, x: Port, kind: &'static str, periods: [usize; 2]) -> [Port; 2] {
    let [one, two] = periods;
    let [fast, slow] = [one.min(two), one.max(two)].map(|period| Smoothing { kind, period }.of(graph, x));
    [graph.add(Arithmetic { op: Binary::Subtract }, &[fast, slow]), slow]
}

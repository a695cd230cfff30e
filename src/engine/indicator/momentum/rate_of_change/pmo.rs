//! Price Momentum Oscillator.

use crate::indicator::builders::{ema, roc};
use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{FirstOrder, Seed};

/// Price Momentum Oscillator.
pub(in crate::indicator) static PMO: Indicator = Indicator {
    name: "pmo",
    title: "Price Momentum Oscillator",
    summary: "The double-smoothed one-bar rate of change, and its signal line.",
    formula: "smooth(y, n) = y * 2 / n + (1 - 2 / n) * smooth[1], seeded with the mean of n values; pmo = smooth(10 * smooth(roc(x, 1), first), second); signal = ema(pmo, signal)",
    source: "Carl Swenlin, DecisionPoint; Skender Stock Indicators Pmo",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("first", 35, 2, "the period of the first smoothing, in bars"),
        Param::bars("second", 20, 2, "the period of the second smoothing, in bars"),
        Param::bars("signal", 10, 1, "the period of the signal line, in bars"),
    ],
    outputs: &[
        Output { name: "pmo", help: "the oscillator" },
        Output { name: "signal", help: "its exponential average" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();
        let rate = roc(graph, x, 1);
        let once = smooth(graph, rate, args.integer("first"));
        let once = graph.scaled(once, 10.0);
        let line = smooth(graph, once, args.integer("second"));
        vec![line, ema(graph, line, args.integer("signal"))]
    },
};

/// The exponential average with the smoothing constant 2 / period.
fn smooth(graph: &mut Graph, x: Port, period: usize) -> Port {
    let gain = 2.0 / period as f64;
    graph.add(FirstOrder { beta: 1.0 - gain, gain, seed: Seed::Mean(period), warm_up: 0, around_zero: true }, &[x])
}

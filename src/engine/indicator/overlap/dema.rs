//! Double Exponential Moving Average.

use crate::indicator::overlap::ema;
use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::LinearCombination;

/// Double Exponential Moving Average.
pub(in crate::indicator) static DEMA: Indicator = Indicator {
    name: "dema",
    title: "Double Exponential Moving Average",
    summary: "An exponential moving average corrected by its own average to reduce lag.",
    formula: "2 * ema(x) - ema(ema(x))",
    source: "TA-Lib 0.8.3 DEMA",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::period(30)],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![dema(graph, x, args.integer("period"))]
    },
};

/// The double exponential moving average of `x`.
pub(in crate::indicator) fn dema(graph: &mut Graph, x: Port, period: usize) -> Port {
    let once = ema(graph, x, period);
    let twice = ema(graph, once, period);
    graph.add(LinearCombination { first: 2.0, second: -1.0 }, &[once, twice])
}

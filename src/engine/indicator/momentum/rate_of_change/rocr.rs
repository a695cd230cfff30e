//! Rate of Change, Ratio.

use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Lag, ScaledRatio};

/// Rate of Change, Ratio.
pub(in crate::indicator) static ROCR: Indicator = Indicator {
    name: "rocr",
    title: "Rate of Change, Ratio",
    summary: "The ratio of the value to its value a number of bars ago.",
    formula: "x / x[period], or 0 where x[period] is 0",
    source: "TA-Lib 0.8.3 ROCR",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 10, 1, "the lag in bars between the two values")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![rocr(graph, x, args.integer("period"), 1.0)]
    },
};

/// The ratio of `x` to its earlier value, times `scale`.
pub(in crate::indicator) fn rocr(graph: &mut Graph, x: Port, bars: usize, scale: f64) -> Port {
    let before = graph.add(Lag { bars }, &[x]);
    graph.add(ScaledRatio { scale, flat: 0.0 }, &[x, before])
}

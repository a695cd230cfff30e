//! Efficiency Ratio.

use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Absolute, Change, Clamp, Sum};

/// Efficiency Ratio.
pub(in crate::indicator) static ER: Indicator = Indicator {
    name: "er",
    title: "Efficiency Ratio",
    summary: "How much of the way that the value went brought it forward, 0 to 1.",
    formula: "|x - x[period]| / sum of |x - x[1]|, and 1 where x did not move",
    source: "TA-Lib 0.8.3 ER",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 10, 2, "the number of changes of the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![efficiency(graph, x, args.integer("period"))]
    },
};

/// How much of the way that `x` went brought it forward.
pub(in crate::indicator) fn efficiency(graph: &mut Graph, x: Port, bars: usize) -> Port {
    let [forward, step] = [bars, 1].map(|bars| {
        let change = graph.add(Change { bars }, &[x]);
        graph.add(Absolute, &[change])
    });
    let way = graph.add(Sum { window: bars }, &[step]);
    let share = graph.ratio([forward, way], 1.0);
    graph.add(Clamp { min: 0.0, max: 1.0 }, &[share])
}

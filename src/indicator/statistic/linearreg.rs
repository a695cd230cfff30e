//! Linear Regression.

use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::Regression;

/// Linear Regression.
pub(in crate::indicator) static LINEARREG: Indicator = Indicator {
    name: "linearreg",
    title: "Linear Regression",
    summary: "The value at the newest bar of the straight line of least squares through the newest values.",
    formula: "intercept + slope * (period - 1)",
    source: "TA-Lib 0.8.3 LINEARREG",
    group: Group::Statistic,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 14, 2, "the number of bars of the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![regression(graph, x, args.integer("period"))[0]]
    },
};

/// The straight line through the newest values: its value at the newest bar, its slope, its value at the oldest bar.
pub(in crate::indicator) fn regression(graph: &mut Graph, x: Port, window: usize) -> [Port; 3] {
    graph.add_all(Regression { window }, &[x])
}

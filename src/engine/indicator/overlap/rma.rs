//! Wilder Moving Average.

use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{FirstOrder, Seed};

/// Wilder Moving Average.
pub(in crate::indicator) static RMA: Indicator = Indicator {
    name: "rma",
    title: "Wilder Moving Average",
    summary: "Wilder's exponential moving average, slower than an ordinary one of the same period.",
    formula: "y = (1 - 1 / period) * y[1] + x / period; the first y is the mean of the first `period` values",
    source: "TA-Lib 0.8.3 RMA",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::period(30)],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![rma(graph, x, args.integer("period"))]
    },
};

/// Wilder's moving average of `x`.
pub(in crate::indicator) fn rma(graph: &mut Graph, x: Port, period: usize) -> Port {
    rma_after(graph, x, period, 0)
}

/// As `rma`, skipping the first `skip` values of `x`.
pub(in crate::indicator) fn rma_after(graph: &mut Graph, x: Port, period: usize, warm_up: usize) -> Port {
    let n = period as f64;
    graph.add(FirstOrder { beta: (n - 1.0) / n, gain: 1.0 / n, seed: Seed::Mean(period), warm_up }, &[x])
}

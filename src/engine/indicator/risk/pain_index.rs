//! Pain Index.

use crate::indicator::overlap::sma;
use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Max, ScaledRatio};

/// Pain Index.
pub(in crate::indicator) static PAIN_INDEX: Indicator = Indicator {
    name: "pain_index",
    title: "Pain Index",
    summary: "The mean drawdown from the rolling maximum, in percent.",
    formula: "sma(100 * (highest - x) / highest, period), highest = max(x, period) at each bar",
    source: "Becker, Zephyr Associates, 2006; with the maximum of a rolling window, as in ulcer",
    group: Group::Risk,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::period(14)],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let below = below_highest(graph, x, window);
        vec![sma(graph, below, window)]
    },
};

/// The drawdown of `x` from the rolling maximum, in percent.
pub(in crate::indicator) fn below_highest(graph: &mut Graph, x: Port, window: usize) -> Port {
    let highest = graph.add(Max { window }, &[x]);
    let below = graph.minus([highest, x]);
    graph.add(ScaledRatio { scale: 100.0, flat: 0.0 }, &[below, highest])
}

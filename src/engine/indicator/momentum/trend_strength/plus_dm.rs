//! Plus Directional Movement.

use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{DirectionalMovement, FirstOrder, Seed};

/// Plus Directional Movement.
pub(in crate::indicator) static PLUS_DM: Indicator = Indicator {
    name: "plus_dm",
    title: "Plus Directional Movement",
    summary: "The upward directional movement, summed by Wilder's method.",
    formula: "dm = the rise of the high where it exceeds the fall of the low, else 0; y = (1 - 1 / period) * y[1] + dm, the first y being the sum of the first period - 1; with period 1, dm itself",
    source: "TA-Lib 0.8.3 PLUS_DM",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::bars("period", 14, 1, "the period of the moving averages, in bars")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [plus, _] = movement(graph, args.inputs(), args.integer("period"));
        vec![plus]
    },
};

/// The upward and downward directional movement, summed by Wilder's method.
pub(in crate::indicator) fn movement(graph: &mut Graph, high_and_low: [Port; 2], period: usize) -> [Port; 2] {
    let parts: [Port; 2] = graph.add_all(DirectionalMovement, &high_and_low);
    parts.map(|part| wilder_sum(graph, part, period))
}

/// Wilder's sum over `period` bars: each bar adds its value and the sum decays by 1 / `period`. The first bar of a series
/// has no movement, so the seed is one bar short.
pub(in crate::indicator) fn wilder_sum(graph: &mut Graph, x: Port, period: usize) -> Port {
    if period == 1 {
        return x;
    }
    let n = period as f64;
    graph.add(FirstOrder { beta: (n - 1.0) / n, gain: 1.0, seed: Seed::Sum(period - 1), warm_up: 0 }, &[x])
}

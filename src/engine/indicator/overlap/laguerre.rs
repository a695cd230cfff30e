//! Laguerre Filter.

use crate::indicator::cycle::before;
use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{FirstOrder, LinearCombination, Seed};

/// Laguerre Filter.
pub(in crate::indicator) static LAGUERRE: Indicator = Indicator {
    name: "laguerre",
    title: "Laguerre Filter",
    summary: "A smoothing filter of one low-pass and three all-pass stages, which cover a long window with few coefficients.",
    formula: "(l0 + 2 l1 + 2 l2 + l3) / 6; l0 = (1 - gamma) x + gamma l0[1]; l1 = -gamma l0 + l0[1] + gamma l1[1]; l2 from l1 and l3 from l2 likewise; the input before the first bar is taken as its first value",
    source: "John Ehlers, Time Warp, 2002; Cybernetic Analysis for Stocks and Futures, 2004",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::real("gamma", 0.8, 0.0, 0.99, "the damping factor of the Laguerre stages")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let gamma = args.real("gamma");
        let level = graph.add(FirstOrder { beta: gamma, gain: 1.0 - gamma, seed: Seed::First, warm_up: 0 }, &[x]);
        let [first, second, third] = steps(graph, x, gamma);
        let near = graph.add(LinearCombination { first: 5.0 / 6.0, second: 0.5 }, &[first, second]);
        let lag = graph.add(LinearCombination { first: 1.0, second: 1.0 / 6.0 }, &[near, third]);
        vec![graph.minus([level, lag])]
    },
};

/// The differences of consecutive elements of the filter of `x`: l0 - l1, l1 - l2, l2 - l3. They are computed from the
/// differences of `x`, to avoid cancellation where the values are far from zero.
pub(in crate::indicator) fn steps(graph: &mut Graph, x: Port, gamma: f64) -> [Port; 3] {
    let scan = |gain| FirstOrder { beta: gamma, gain, seed: Seed::First, warm_up: 0 };
    let last = before(graph, x);
    let change = graph.minus([x, last]);
    let rise = graph.add(scan(1.0 - gamma), &[change]);
    let first = graph.add(scan(1.0 + gamma), &[rise]);
    let mut after = |step: Port| {
        let last = before(graph, step);
        let input = graph.add(LinearCombination { first: -gamma, second: 1.0 }, &[step, last]);
        graph.add(scan(1.0), &[input])
    };
    let second = after(first);
    [first, second, after(second)]
}

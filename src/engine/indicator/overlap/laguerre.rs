//! Laguerre Filter.

use crate::indicator::builders::laguerre_differences;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{FirstOrder, LinearCombination, Seed};

/// Laguerre Filter.
pub(in crate::indicator) static LAGUERRE: Indicator = Indicator {
    name: "laguerre",
    title: "Laguerre Filter",
    summary: "A smoothing filter of one low-pass and three all-pass stages, which cover a long window with few coefficients.",
    formula: "(l0 + 2 l1 + 2 l2 + l3) / 6; l0 = (1 - gamma) x + gamma l0[1]; l1 = -gamma l0 + l0[1] + gamma l1[1]; l2 from l1 and l3 from l2 likewise; the input before the first bar is taken as its first value",
    source: "John Ehlers, Time Warp, 2002; Cybernetic Analysis for Stocks and Futures, 2004",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::real("gamma", 0.8, 0.0, 0.99, "the damping factor of the Laguerre stages")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let gamma = args.real("gamma");
        let level = graph.add(
            FirstOrder { beta: gamma, gain: 1.0 - gamma, seed: Seed::First, warm_up: 0, around_zero: false },
            &[x],
        );
        let [first, second, third] = laguerre_differences(graph, x, gamma);
        let near = graph.add(LinearCombination { first: 5.0 / 6.0, second: 0.5 }, &[first, second]);
        let lag = graph.add(LinearCombination { first: 1.0, second: 1.0 / 6.0 }, &[near, third]);
        vec![graph.minus([level, lag])]
    },
};

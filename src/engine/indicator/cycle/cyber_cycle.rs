//! Cyber Cycle.

use crate::indicator::builders::cyber_cycle;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Aligned, Lag};

/// Cyber Cycle.
pub(in crate::indicator) static CYBER_CYCLE: Indicator = Indicator {
    name: "cyber_cycle",
    title: "Cyber Cycle",
    summary: "The cycle component of the input, oscillating around 0, and the same one bar earlier as the trigger line.",
    formula: "cycle = (1 - a / 2)^2 (s - 2 s[1] + s[2]) + 2 (1 - a) cycle[1] - (1 - a)^2 cycle[2]; s = (x + 2 x[1] + 2 x[2] + x[3]) / 6; trigger = cycle[1]; s before the first is taken as the first s; output starts at the second",
    source: "John Ehlers, Cybernetic Analysis for Stocks and Futures, 2004",
    group: Group::Cycle,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::real("alpha", 0.07, 0.01, 1.0, "the smoothing constant")],
    outputs: &[
        Output { name: "cycle", help: "the cycle component" },
        Output { name: "trigger", help: "the trigger line: the cycle one bar earlier" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();
        let cycle = cyber_cycle(graph, x, args.real("alpha"));
        let last = graph.add(Lag { bars: 1 }, &[cycle]);
        vec![cycle, graph.add(Aligned, &[last, cycle])]
    },
};

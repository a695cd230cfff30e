//! Stochastic Cyber Cycle.

use crate::indicator::builders::{CenteredPosition, cyber_cycle, wma};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Affine, Aligned, Lag, Max, Min};

/// Stochastic Cyber Cycle.
pub(in crate::indicator) static STOCH_CYBER_CYCLE: Indicator = Indicator {
    name: "stoch_cyber_cycle",
    title: "Stochastic Cyber Cycle",
    summary: "The stochastic of the cyber cycle, smoothed, from -1 to 1.",
    formula: "value = 2 (wma(p, 4) - 1/2); p = (c - min(c, period)) / (max(c, period) - min(c, period)), or 1/2 where the range is 0; c = cyber_cycle(x, alpha); trigger = 0.96 (value[1] + 0.02)",
    source: "John Ehlers, Cybernetic Analysis for Stocks and Futures, 2004",
    group: Group::Cycle,
    revision: 3,
    inputs: &[Input::CLOSE],
    params: &[
        Param::real("alpha", 0.07, 0.01, 1.0, "the smoothing constant"),
        Param::bars("period", 8, 2, "the number of bars in the range"),
    ],
    outputs: &[
        Output { name: "value", help: "the stochastic of the cycle" },
        Output { name: "trigger", help: "the trigger line: the previous value, scaled" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let cycle = cyber_cycle(graph, x, args.real("alpha"));
        let highest = graph.add(Max { window }, &[cycle]);
        let lowest = graph.add(Min { window }, &[cycle]);
        let place = graph.add(CenteredPosition, &[cycle, lowest, highest]);
        let smooth = wma(graph, place, 4);
        let value = graph.scaled(smooth, 2.0);
        let last = graph.add(Lag { bars: 1 }, &[value]);
        let last = graph.add(Aligned, &[last, value]);
        vec![value, graph.add(Affine { scale: 0.96, offset: 0.0192 }, &[last])]
    },
};

//! Falling.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Compare, Comparison, Lag, Min};

/// Falling.
pub(in crate::indicator) static FALLING: Indicator = Indicator {
    name: "falling",
    title: "Falling",
    summary: "1 where the value is below all values in the preceding window, else 0.",
    formula: "x < min(x[1], period)",
    source: "Pine Script ta.falling",
    group: Group::Logic,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 3, 1, "the number of preceding values")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let before = graph.add(Lag { bars: 1 }, &[x]);
        let lowest = graph.add(Min { window: args.integer("period") }, &[before]);
        vec![graph.add(Compare { op: Comparison::Less }, &[x, lowest])]
    },
};

//! Rising.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Compare, Comparison, Lag, Max};

/// Rising.
pub(in crate::indicator) static RISING: Indicator = Indicator {
    name: "rising",
    title: "Rising",
    summary: "1 where the value is above all values in the preceding window, else 0.",
    formula: "x > max(x[1], period)",
    source: "Pine Script ta.rising",
    group: Group::Logic,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 3, 1, "the number of preceding values")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let before = graph.add(Lag { bars: 1 }, &[x]);
        let highest = graph.add(Max { window: args.integer("period") }, &[before]);
        vec![graph.add(Compare { op: Comparison::Greater }, &[x, highest])]
    },
};

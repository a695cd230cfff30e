//! Mode.

use crate::indicator::{Group, Indicator, Input, Kind, Output, Param};
use crate::kernel::Mode;

/// Mode.
pub(in crate::indicator) static MODE: Indicator = Indicator {
    name: "mode",
    title: "Mode",
    summary: "The most frequent value of the window. The cost per bar grows with the period.",
    formula: "the most frequent of the last `period` values, the smallest on ties",
    source: "Pine Script ta.mode",
    group: Group::Statistic,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param {
        name: "period",
        kind: Kind::Integer { default: 30, min: 1, max: 10000 },
        help: "the number of bars in the window",
    }],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(Mode { window: args.integer("period") }, &[x])]
    },
};

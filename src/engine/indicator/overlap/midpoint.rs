//! Midpoint.

use crate::indicator::builders::midrange;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Midpoint.
pub(in crate::indicator) static MIDPOINT: Indicator = Indicator {
    name: "midpoint",
    title: "Midpoint",
    summary: "The midpoint between the highest and the lowest value of the window.",
    formula: "(max(x) + min(x)) / 2",
    source: "TA-Lib 0.8.3 MIDPOINT",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 14, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![midrange(graph, [x, x], args.integer("period"))]
    },
};

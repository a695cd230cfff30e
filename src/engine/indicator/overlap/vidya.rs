//! Variable Index Dynamic Average.

use crate::indicator::builders::vidya;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Variable Index Dynamic Average.
pub(in crate::indicator) static VIDYA: Indicator = Indicator {
    name: "vidya",
    title: "Variable Index Dynamic Average",
    summary: "An exponential moving average whose smoothing constant scales with the absolute Chande momentum.",
    formula: "y = y[1] + 2 / (period + 1) * |cmou(x, cmo)| / 100 * (x - y[1]); y starts at the first value, with cmou over the values available so far",
    source: "TA-Lib 0.8.3 VIDYA",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 12, 1, "the period of the moving average, in bars"),
        Param::bars("cmo", 9, 2, "the number of changes in the momentum"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![vidya(graph, x, args.integer("period"), args.integer("cmo"))]
    },
};

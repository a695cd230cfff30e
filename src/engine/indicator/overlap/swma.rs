//! Symmetrically Weighted Moving Average.

use crate::indicator::builders::swma;
use crate::indicator::{Group, Indicator, Input, Output};

/// Symmetrically Weighted Moving Average.
pub(in crate::indicator) static SWMA: Indicator = Indicator {
    name: "swma",
    title: "Symmetrically Weighted Moving Average",
    summary: "The symmetrically weighted mean of four bars; the middle two carry double weight.",
    formula: "(x + 2 x[1] + 2 x[2] + x[3]) / 6",
    source: "Pine Script ta.swma",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![swma(graph, x)]
    },
};

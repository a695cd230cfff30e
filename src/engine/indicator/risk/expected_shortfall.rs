//! Expected Shortfall.

use crate::indicator::builders::{CONFIDENCE, returns};
use crate::indicator::{Group, Indicator, Input, Kind, Output, Param};
use crate::kernel::LowerTailMean;

/// Expected Shortfall.
pub(in crate::indicator) static EXPECTED_SHORTFALL: Indicator = Indicator {
    name: "expected_shortfall",
    title: "Expected Shortfall",
    summary: "The mean loss in the worst tail of the window's returns, as a fraction; positive for a loss.",
    formula: "-mean of the lowest (1 - confidence / 100) * period of the last `period` returns, at least one; where that count is not an integer, the last of them is weighted by its fraction",
    source: "Acerbi and Tasche 2002; conditional value at risk",
    group: Group::Risk,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param {
            name: "period",
            kind: Kind::Integer { default: 250, min: 2, max: 10000 },
            help: "the number of returns in the window",
        },
        CONFIDENCE,
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let count = ((100.0 - args.real("confidence")) * window as f64 / 100.0).clamp(1.0, window as f64);
        let returns = returns(graph, x);
        let mean = graph.add(LowerTailMean { window, count }, &[returns]);
        vec![graph.scaled(mean, -1.0)]
    },
};

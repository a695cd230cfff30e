//! MESA Adaptive Moving Average.

use crate::indicator::builders::mama;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// MESA Adaptive Moving Average.
pub(in crate::indicator) static MAMA: Indicator = Indicator {
    name: "mama",
    title: "MESA Adaptive Moving Average",
    summary: "A moving average that adapts to the rate of change of the cycle's phase, and a slower average of it.",
    formula: "mama = k * x + (1 - k) * mama[1]; fama = k / 2 * mama + (1 - k / 2) * fama[1]; both start from 0; k = fast / turn, at least slow; turn is the decrease of atan(quadrature / in phase) since the previous bar in degrees, at least 1",
    source: "TA-Lib 0.8.3 MAMA",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::real("fast", 0.5, 0.01, 0.99, "the fast limit: the largest smoothing constant"),
        Param::real("slow", 0.05, 0.01, 0.99, "the slow limit: the smallest smoothing constant"),
    ],
    outputs: &[
        Output { name: "mama", help: "the moving average" },
        Output { name: "fama", help: "the following moving average" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();

        mama(graph, x, [args.real("fast"), args.real("slow")]).into()
    },
};

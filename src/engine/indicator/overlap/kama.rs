//! Kaufman Adaptive Moving Average.

use crate::indicator::builders::kama;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Kaufman Adaptive Moving Average.
pub(in crate::indicator) static KAMA: Indicator = Indicator {
    name: "kama",
    title: "Kaufman Adaptive Moving Average",
    summary: "An exponential moving average whose smoothing constant depends on the efficiency ratio.",
    formula: "y = y[1] + k * (x - y[1]); k = (er(x, period) * (2/3 - 2/31) + 2/31) ^ 2; the first y[1] is the previous input",
    source: "TA-Lib 0.8.3 KAMA",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 30, 1, "the number of changes in the efficiency ratio")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![kama(graph, x, args.integer("period"))]
    },
};

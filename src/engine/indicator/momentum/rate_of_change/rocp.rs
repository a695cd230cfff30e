//! Rate of Change, Fraction.

use crate::indicator::builders::rocp;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Rate of Change, Fraction.
pub(in crate::indicator) static ROCP: Indicator = Indicator {
    name: "rocp",
    title: "Rate of Change, Fraction",
    summary: "The change of the value over a number of bars, as a fraction.",
    formula: "(x - x[period]) / x[period], or 0 where x[period] is 0",
    source: "TA-Lib 0.8.3 ROCP",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 10, 1, "the lag in bars between the two values")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![rocp(graph, x, args.integer("period"))]
    },
};

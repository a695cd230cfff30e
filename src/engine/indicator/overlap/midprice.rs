//! Midprice.

use crate::indicator::builders::midrange;
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Midprice.
pub(in crate::indicator) static MIDPRICE: Indicator = Indicator {
    name: "midprice",
    title: "Midprice",
    summary: "The midpoint between the highest high and the lowest low of the window.",
    formula: "(max(high) + min(low)) / 2",
    source: "TA-Lib 0.8.3 MIDPRICE",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::bars("period", 14, 2, "the number of bars in the window")],
    outputs: Output::ONE,
    build: |graph, args| vec![midrange(graph, args.inputs(), args.integer("period"))],
};

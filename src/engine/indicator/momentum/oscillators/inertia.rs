//! Inertia.

use crate::indicator::builders::{regression_line, rvi};
use crate::indicator::{Group, Indicator, Input, Output, Param};

/// Inertia.
pub(in crate::indicator) static INERTIA: Indicator = Indicator {
    name: "inertia",
    title: "Inertia",
    summary: "The linear regression of the relative volatility index, from 0 to 100.",
    formula: "linearreg(rvi(x, rvi, stddev), period)",
    source: "Donald Dorsey, Stocks & Commodities, September 1995",
    group: Group::Momentum,
    revision: 3,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 20, 2, "the number of bars in the regression window"),
        Param::bars("rvi", 14, 1, "the period of the relative volatility index, in bars"),
        Param::bars("stddev", 10, 2, "the window of its standard deviation, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let index = rvi(graph, x, args.integer("rvi"), args.integer("stddev"));
        vec![regression_line(graph, index, args.integer("period"), 0.0)]
    },
};

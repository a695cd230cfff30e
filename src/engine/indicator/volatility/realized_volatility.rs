//! Realized Volatility.

use crate::indicator::builders::{ANNUALIZATION, log_returns};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{SquareRoot, Sum};

/// Realized Volatility.
pub(in crate::indicator) static REALIZED_VOLATILITY: Indicator = Indicator {
    name: "realized_volatility",
    title: "Realized Volatility",
    summary: "The square root of the sum of squared log returns; the mean is not subtracted.",
    formula: "sqrt(sum of the last `period` ln(x / x[1])^2); span=year: times sqrt(annualization / period); NaN where a price is <= 0",
    source: "Andersen and Bollerslev 1998",
    group: Group::Volatility,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 20, 1, "the number of returns in the window"),
        Param::choice("span", &["window", "year"], "the span: the volatility of the window, or annualised"),
        ANNUALIZATION,
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let returns = log_returns(graph, x, 1);
        let squares = graph.times([returns, returns]);
        let variance = graph.add(Sum { window }, &[squares]);
        let root = graph.add(SquareRoot, &[variance]);
        let of_year = (args.real("annualization") / window as f64).sqrt();
        vec![graph.scaled(root, if args.choice("span") == "year" { of_year } else { 1.0 })]
    },
};

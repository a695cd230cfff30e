//! Parkinson Volatility.

use std::f64::consts::LN_2;

use crate::indicator::builders::{ANNUALIZATION, LogRatio, sma};
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::SquareRoot;

/// Parkinson Volatility.
pub(in crate::indicator) static PARKINSON: Indicator = Indicator {
    name: "parkinson",
    title: "Parkinson Volatility",
    summary: "A volatility estimate from high and low that assumes no drift and no opening gaps.",
    formula: "sqrt(mean of ln(high / low)^2 / (4 ln(2))) * sqrt(annualization); NaN where a price is <= 0",
    source: "Parkinson 1980",
    group: Group::Volatility,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::period(10), ANNUALIZATION],
    outputs: Output::ONE,
    build: |graph, args| {
        let bars: [Port; 2] = args.inputs();
        let range = graph.add(LogRatio, &bars);
        let square = graph.times([range, range]);
        let mean = sma(graph, square, args.integer("period"));
        let root = graph.add(SquareRoot, &[mean]);
        vec![graph.scaled(root, (args.real("annualization") / (4.0 * LN_2)).sqrt())]
    },
};

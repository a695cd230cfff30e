//! Garman-Klass Volatility.

use std::f64::consts::LN_2;

use crate::indicator::builders::{ANNUALIZATION, ln_ratio, sma};
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{ElementwiseMap, PositivePart, SquareRoot, elementwise_map, parameters};

/// Garman-Klass Volatility.
pub(in crate::indicator) static GARMAN_KLASS: Indicator = Indicator {
    name: "garman_klass",
    title: "Garman-Klass Volatility",
    summary: "A volatility estimate from open, high, low and close that assumes no drift and no opening gaps.",
    formula: "sqrt(mean of ln(high / low)^2 / 2 - (2 ln(2) - 1) * ln(close / open)^2) * sqrt(annualization), or 0 where the mean is below 0; NaN where a price is <= 0",
    source: "Garman and Klass 1980",
    group: Group::Volatility,
    revision: 1,
    inputs: &[Input::OPEN, Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::period(10), ANNUALIZATION],
    outputs: Output::ONE,
    build: |graph, args| {
        let bars: [Port; 4] = args.inputs();
        let term = graph.add(Term, &bars);
        let mean = sma(graph, term, args.integer("period"));
        let variance = graph.add(PositivePart, &[mean]);
        let root = graph.add(SquareRoot, &[variance]);
        vec![graph.scaled(root, args.real("annualization").sqrt())]
    },
};

/// The term of a bar from open, high, low and close.
#[derive(Debug, Clone)]
struct Term;

parameters!(Term);

impl ElementwiseMap<4, 1> for Term {
    #[inline(always)]
    fn values(&self, [open, high, low, close]: [f64; 4]) -> [f64; 1] {
        let (range, body) = (ln_ratio(high, low), ln_ratio(close, open));
        [0.5 * range * range - (2.0 * LN_2 - 1.0) * body * body]
    }
}

elementwise_map!(Term: 4 => 1);

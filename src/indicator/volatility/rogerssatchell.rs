//! Rogers-Satchell Volatility.

use crate::indicator::math::{Function, Transform};
use crate::indicator::overlap::sma;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Binary, Combine, Positive, Rule, SquareRoot, by_rule};

/// Rogers-Satchell Volatility.
pub(in crate::indicator) static ROGERSSATCHELL: Indicator = Indicator {
    name: "rogerssatchell",
    title: "Rogers-Satchell Volatility",
    summary: "The volatility that the ranges of the newest bars tell, whatever the trend.",
    formula: "sqrt(mean of ln(high / close) * ln(high / open) + ln(low / close) * ln(low / open)) * sqrt(annualization); a bar with a price of 0 or less counts 0",
    source: "TA-Lib 0.8.3 ROGERSSATCHELL",
    group: Group::Volatility,
    revision: 1,
    inputs: &[Input::OPEN, Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("period", 10, 1, "the number of bars of the window"),
        Param::real("annualization", 252.0, 0.0, 3e37, "the number of bars of a year, 1 for the volatility of a bar"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [open, high, low, close] = args.inputs();
        let ratios = [[high, close], [high, open], [low, close], [low, open]];
        let logarithms = ratios.map(|pair| {
            let ratio = graph.add(Combine { op: Binary::Divide }, &pair);
            graph.add(Transform { function: Function::Ln }, &[ratio])
        });
        let prices = [open, high, low, close].into_iter().chain(logarithms).collect::<Vec<_>>();
        let term = graph.add(Term, &prices);
        let mean = sma(graph, term, args.integer("period"));
        let variance = graph.add(Positive, &[mean]);
        let root = graph.add(SquareRoot, &[variance]);
        vec![graph.scaled(root, args.real("annualization").sqrt())]
    },
};

/// What a bar of four prices and four logarithms adds: 0 where a price has no logarithm.
#[derive(Debug, Clone)]
struct Term;

impl Rule<8, 1> for Term {
    #[inline(always)]
    fn values(&self, [open, high, low, close, a, b, c, d]: [f64; 8]) -> [f64; 1] {
        let missing = open + high + low + close;
        let legal = open > 0.0 && high > 0.0 && low > 0.0 && close > 0.0;
        [if legal || missing.is_nan() { a * b + c * d } else { 0.0 }]
    }
}

by_rule!(Term: 8 => 1);

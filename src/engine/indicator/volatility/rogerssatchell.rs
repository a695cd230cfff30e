//! Rogers-Satchell Volatility.

use crate::indicator::builders::{ln, sma};
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{ElementwiseMap, PositivePart, SquareRoot, elementwise_map, parameters};

/// Rogers-Satchell Volatility.
pub(in crate::indicator) static ROGERSSATCHELL: Indicator = Indicator {
    name: "rogerssatchell",
    title: "Rogers-Satchell Volatility",
    summary: "A volatility estimate from open, high, low and close that allows for drift.",
    formula: "sqrt(mean of ln(high / close) * ln(high / open) + ln(low / close) * ln(low / open)) * sqrt(annualization); a bar with a price <= 0 counts as 0",
    source: "TA-Lib 0.8.3 ROGERSSATCHELL",
    group: Group::Volatility,
    revision: 1,
    inputs: &[Input::OPEN, Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("period", 10, 1, "the number of bars in the window"),
        Param::real("annualization", 252.0, 0.0, 3e37, "the number of bars per year, 1 for volatility per bar"),
    ],
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

/// The term of a bar from open, high, low and close; 0 where a price has no logarithm.
#[derive(Debug, Clone)]
struct Term;

parameters!(Term);

impl ElementwiseMap<4, 1> for Term {
    #[inline(always)]
    fn values(&self, [open, high, low, close]: [f64; 4]) -> [f64; 1] {
        let term = ln(high / close) * ln(high / open) + ln(low / close) * ln(low / open);
        let illegal = open <= 0.0 || high <= 0.0 || low <= 0.0 || close <= 0.0;
        let missing = (open + high + low + close).is_nan();
        [if illegal && !missing { 0.0 } else { term }]
    }
}

elementwise_map!(Term: 4 => 1);

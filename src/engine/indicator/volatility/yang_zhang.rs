//! Yang-Zhang Volatility.

use crate::indicator::builders::{ANNUALIZATION, LogRatio, ln_ratio, sma};
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{
    ElementwiseMap, Lag, LinearCombination, PositivePart, SquareRoot, Variance, elementwise_map, parameters,
};

/// Yang-Zhang Volatility.
pub(in crate::indicator) static YANG_ZHANG: Indicator = Indicator {
    name: "yang_zhang",
    title: "Yang-Zhang Volatility",
    summary: "A volatility estimate from open, high, low and close that allows for drift and opening gaps.",
    formula: "sqrt(v(ln(open / close[1])) + k * v(ln(close / open)) + (1 - k) * rs) * sqrt(annualization); v is the sample variance, rs the mean of ln(high / close) * ln(high / open) + ln(low / close) * ln(low / open), k = 0.34 / (1.34 + (period + 1) / (period - 1)); NaN where a price is <= 0",
    source: "Yang and Zhang 2000",
    group: Group::Volatility,
    revision: 2,
    inputs: &[Input::OPEN, Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[Param::bars("period", 20, 2, "the number of bars in the window"), ANNUALIZATION],
    outputs: Output::ONE,
    build: |graph, args| {
        let bars: [Port; 4] = args.inputs();
        let [open, _, _, close] = bars;
        let window = args.integer("period");
        let n = window as f64;
        let k = 0.34 / (1.34 + (n + 1.0) / (n - 1.0));

        let close_before = graph.add(Lag { bars: 1 }, &[close]);
        let gap = graph.add(LogRatio, &[open, close_before]);
        let body = graph.add(LogRatio, &[close, open]);
        let [overnight, daily] = [gap, body].map(|x| graph.add(Variance { window, ddof: 1 }, &[x]));
        let term = graph.add(Term, &bars);
        let range = sma(graph, term, window);

        let inside = graph.add(LinearCombination { first: k, second: 1.0 - k }, &[daily, range]);
        let variance = graph.plus([overnight, inside]);
        // Inconsistent prices, such as an open above the high, can make it negative.
        let variance = graph.add(PositivePart, &[variance]);
        let root = graph.add(SquareRoot, &[variance]);
        vec![graph.scaled(root, args.real("annualization").sqrt())]
    },
};

/// The Rogers-Satchell term of a bar from open, high, low and close.
#[derive(Debug, Clone)]
struct Term;

parameters!(Term);

impl ElementwiseMap<4, 1> for Term {
    #[inline(always)]
    fn values(&self, [open, high, low, close]: [f64; 4]) -> [f64; 1] {
        [ln_ratio(high, close) * ln_ratio(high, open) + ln_ratio(low, close) * ln_ratio(low, open)]
    }
}

elementwise_map!(Term: 4 => 1);

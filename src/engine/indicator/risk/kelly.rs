//! Kelly Fraction.

use crate::indicator::builders::excess_and_shortfall;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{CompareConstant, Comparison, ElementwiseMap, Sum, elementwise_map, parameters};

/// Kelly Fraction.
pub(in crate::indicator) static KELLY: Indicator = Indicator {
    name: "kelly",
    title: "Kelly Fraction",
    summary: "The share of capital that grows fastest if the returns of the window go on: the win rate less the loss rate per unit of payoff.",
    formula: "w - (1 - w) * mean loss / mean gain; w = n(r > 0) / (n(r > 0) + n(r < 0)) of the last `period` returns r; 1 where no r is below 0, NaN where none is above",
    source: "John Kelly, Bell System Technical Journal, 1956; QuantStats kelly_criterion",
    group: Group::Risk,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 100, 1, "the number of returns in the window")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let window = args.integer("period");
        let [gains, losses] = excess_and_shortfall(graph, x, 0.0).map(|part| {
            let counts = graph.add(CompareConstant { op: Comparison::Greater, value: 0.0 }, &[part]);
            [part, counts].map(|part| graph.add(Sum { window }, &[part]))
        });
        vec![graph.add(Fraction, &[gains[0], gains[1], losses[0], losses[1]])]
    },
};

/// The fraction from the sums and the numbers of gains and of losses.
#[derive(Debug, Clone)]
struct Fraction;

parameters!(Fraction);

impl ElementwiseMap<4, 1> for Fraction {
    #[inline(always)]
    fn values(&self, [gain, wins, loss, losses]: [f64; 4]) -> [f64; 1] {
        // The loss rate times the mean loss is the sum of losses per bar that moved, and so for gains.
        let payoff = wins * loss / gain;
        let bars = wins + losses;
        let fraction = (wins - payoff) / bars;
        [if gain > 0.0 { fraction } else { f64::NAN }]
    }
}

elementwise_map!(Fraction: 4 => 1);

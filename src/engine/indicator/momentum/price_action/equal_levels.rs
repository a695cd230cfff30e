//! Equal Highs and Lows.

use crate::indicator::builders::{SWING_LEFT, SWING_RIGHT, atr, swing_high, swing_low};
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Fields, Sequential, parameters, sequential};

/// Equal Highs and Lows.
pub(in crate::indicator) static EQUAL_LEVELS: Indicator = Indicator {
    name: "equal_levels",
    title: "Equal Highs and Lows",
    summary: "Marks a swing point confirmed at about the price of the one before it: where stops gather.",
    formula: "highs = 1 at the bar that confirms a pivothigh(left, right) less than threshold * atr(atr) from the one before it, else 0; lows the same of pivotlow",
    source: "LuxAlgo on TradingView, Smart Money Concepts: EQH and EQL",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        SWING_LEFT,
        SWING_RIGHT,
        Param::real("threshold", 0.1, 0.0, 3e37, "the largest distance, in average true ranges"),
        Param::bars("atr", 200, 1, "the period of the average true range, in bars"),
    ],
    outputs: &[
        Output { name: "highs", help: "1 where an equal high is confirmed, else 0" },
        Output { name: "lows", help: "1 where an equal low is confirmed, else 0" },
    ],
    build: |graph, args| {
        let bars: [Port; 3] = args.inputs();
        let (left, right) = (args.integer("left"), args.integer("right"));
        let range = atr(graph, bars, args.integer("atr"));
        let distance = graph.scaled(range, args.real("threshold"));
        let highs = swing_high(graph, bars[0], left, right);
        let lows = swing_low(graph, bars[1], left, right);
        let mut mark =
            |[at, before, since]: [Port; 3], sign: f64| graph.add(EqualSwings { sign }, &[at, before, since, distance]);
        vec![mark(highs, 1.0), mark(lows, -1.0)]
    },
};

/// Whether the first input is a swing point, beyond the next two in the direction of the sign, and nearer to the swing point
/// before it than the last input.
#[derive(Debug, Clone)]
struct EqualSwings {
    sign: f64,
}

parameters!(EqualSwings { sign });

#[derive(Clone)]
struct EqualSwingsState {
    sign: f64,
    last: Option<f64>,
}

impl Sequential<4, 1> for EqualSwingsState {
    #[inline(always)]
    fn step(&mut self, [at, before, since, distance]: [f64; 4]) -> [f64; 1] {
        let [price, before, since] = [at, before, since].map(|x| x * self.sign);
        if !(price > before && price > since) {
            return [0.0];
        }
        let last = self.last.replace(at);
        [if last.is_some_and(|last| (at - last).abs() < distance) { 1.0 } else { 0.0 }]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.last]);
    }
}

sequential!(EqualSwings: 4 => 1, |_| 0, |kernel| EqualSwingsState { sign: kernel.sign, last: None });

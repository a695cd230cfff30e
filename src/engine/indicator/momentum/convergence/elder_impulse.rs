//! Elder Impulse System.

use crate::indicator::builders::{ema, macd};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Change, ElementwiseMap, elementwise_map, parameters};

/// Elder Impulse System.
pub(in crate::indicator) static ELDER_IMPULSE: Indicator = Indicator {
    name: "elder_impulse",
    title: "Elder Impulse System",
    summary: "1 where both the trend and its momentum rise, -1 where both fall, else 0.",
    formula: "sign of the change of ema(x, period) where it equals the sign of the change of the histogram of macd(x, fast, slow, signal), else 0",
    source: "Alexander Elder, Come Into My Trading Room, 2002",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 13, 1, "the period of the moving average, in bars"),
        Param::bars("fast", 12, 2, "the period of MACD's fast moving average, in bars"),
        Param::bars("slow", 26, 2, "the period of MACD's slow moving average, in bars"),
        Param::bars("signal", 9, 1, "the period of MACD's signal line, in bars"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let average = ema(graph, x, args.integer("period"));
        let [_, _, hist] = macd(graph, x, ["fast", "slow", "signal"].map(|name| args.integer(name)));
        let changes = [average, hist].map(|x| graph.add(Change { bars: 1 }, &[x]));
        vec![graph.add(Impulse, &changes)]
    },
};

/// The common sign of both inputs, or 0 where they differ.
#[derive(Debug, Clone)]
struct Impulse;

parameters!(Impulse);

impl ElementwiseMap<2, 1> for Impulse {
    #[inline(always)]
    fn values(&self, [one, two]: [f64; 2]) -> [f64; 1] {
        let missing = 0.0 * one + 0.0 * two;
        let rising = if one > 0.0 && two > 0.0 { 1.0 } else { missing };
        [if one < 0.0 && two < 0.0 { -1.0 } else { rising }]
    }
}

elementwise_map!(Impulse: 2 => 1);

//! Relative Strength Xtra.

use crate::indicator::builders::previous_or_self;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{
    Absolute, ElementwiseMap, FirstOrder, LinearCombination, Seed, WarmUp, elementwise_map, parameters,
};

/// Relative Strength Xtra.
pub(in crate::indicator) static RSX: Indicator = Indicator {
    name: "rsx",
    title: "Relative Strength Xtra",
    summary: "A smooth relative strength index with little lag, after Mark Jurik, from 0 to 100.",
    formula: "50 * (s(d) / s(|d|) + 1), from 0 to 100, or 50 where s(|d|) <= 0; d = x - x[1], 0 at the first bar; s is three times v -> 3/2 e(v) - 1/2 e(e(v)); e(v) = e[1] + 3 / (period + 2) * (v - e[1]), seeded with the first v; output starts at bar `period`",
    source: "Everget, Jurik RSX, TradingView; pandas-ta rsx",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[Param::bars("period", 14, 1, "the period of the moving averages, in bars")],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let period = args.integer("period");
        let last = previous_or_self(graph, x);
        let change = graph.minus([x, last]);
        let size = graph.add(Absolute, &[change]);
        let share = 3.0 / (period as f64 + 2.0);
        let average = FirstOrder { beta: 1.0 - share, gain: share, seed: Seed::First, warm_up: 0, around_zero: true };
        let pair = [change, size].map(|x| {
            (0..3).fold(x, |x, _| {
                let once = graph.add(average.clone(), &[x]);
                let twice = graph.add(average.clone(), &[once]);
                graph.add(LinearCombination { first: 1.5, second: -0.5 }, &[once, twice])
            })
        });
        let strength = graph.add(Strength, &pair);
        vec![graph.add(WarmUp { bars: period }, &[strength])]
    },
};

/// The ratio of the first input to the second mapped to 0 to 100, or 50 where the second is not above zero.
#[derive(Debug, Clone)]
struct Strength;

parameters!(Strength);

impl ElementwiseMap<2, 1> for Strength {
    #[inline(always)]
    fn values(&self, [change, size]: [f64; 2]) -> [f64; 1] {
        let strength = 50.0 * (change / size + 1.0);
        let strength = if strength < 0.0 { 0.0 } else { strength };
        let strength = if strength > 100.0 { 100.0 } else { strength };
        [if size <= 0.0 && !change.is_nan() { 50.0 } else { strength }]
    }
}

elementwise_map!(Strength: 2 => 1);

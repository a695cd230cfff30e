//! Schaff Trend Cycle.

use std::hint::select_unpredictable;

use crate::indicator::overlap::{ema, ema_after};
use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Fields, Max, Min, Rule, Scan, Seed, Walk, by_rule, by_walk};

/// Schaff Trend Cycle.
pub(in crate::indicator) static STC: Indicator = Indicator {
    name: "stc",
    title: "Schaff Trend Cycle",
    summary: "The difference of two averages, twice put in its range and smoothed, from 0 to 100.",
    formula: "s(s(ema(x, fast) - ema(x, slow))), the averages begun so that their first values are at the same bar; s(v): f = 100 * (v - min(v, cycle)) / (max(v, cycle) - min(v, cycle)), as before where that is flat, 0 at first; y = (y[1] + f) / 2, begun with f; a fast period above the slow one changes places with it",
    source: "TA-Lib 0.8.3 STC",
    group: Group::Momentum,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("fast", 23, 2, "the number of bars of the fast average"),
        Param::bars("slow", 50, 2, "the number of bars of the slow average"),
        Param::bars("cycle", 10, 2, "the number of bars of both ranges"),
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        let (one, two) = (args.integer("fast"), args.integer("slow"));
        let (fast, slow) = (one.min(two), one.max(two));
        let pair = [ema_after(graph, x, fast, slow - fast), ema(graph, x, slow)];
        let line = graph.minus(pair);
        let window = args.integer("cycle");
        let once = cycle(graph, line, window);
        vec![cycle(graph, once, window)]
    },
};

/// The place of `x` in its range, smoothed by half.
fn cycle(graph: &mut Graph, x: Port, window: usize) -> Port {
    let highest = graph.add(Max { window }, &[x]);
    let lowest = graph.add(Min { window }, &[x]);
    let [place, is_flat] = graph.add_all(Place, &[x, lowest, highest]);
    let place = graph.add(Held, &[place, is_flat]);
    graph.add(Scan { beta: 0.5, gain: 0.5, seed: Seed::First, skip: 0 }, &[place])
}

/// The place of the first input between the second and the third, in percent, and whether there is none.
#[derive(Debug, Clone)]
struct Place;

impl Rule<3, 2> for Place {
    #[inline(always)]
    fn values(&self, [x, lowest, highest]: [f64; 3]) -> [f64; 2] {
        let range = highest - lowest;
        let is_flat = range <= 0.0 && !x.is_nan();
        let place = (x - lowest) / range * 100.0;
        [if is_flat { 0.0 } else { place }, if is_flat { 1.0 } else { 0.0 * place }]
    }
}

by_rule!(Place: 3 => 2);

/// The first input, and as at the bar before where the second is true; 0 before there is any.
#[derive(Debug, Clone)]
struct Held;

#[derive(Clone)]
struct Holding {
    value: f64,
}

impl Walk<2, 1> for Holding {
    #[inline(always)]
    fn step(&mut self, [value, is_kept]: [f64; 2]) -> [f64; 1] {
        self.value = select_unpredictable(is_kept != 0.0, self.value, value);
        [self.value]
    }

    fn pass(&mut self, fields: &mut Fields<'_>) {
        fields.pass(&mut [&mut self.value]);
    }
}

by_walk!(Held: 2 => 1, |_| 0, |_| Holding { value: 0.0 });

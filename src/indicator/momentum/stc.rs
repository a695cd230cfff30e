//! Schaff Trend Cycle.

use crate::indicator::overlap::{ema, ema_after};
use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Fields, Max, Min, Walk, by_walk};

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
    graph.add(Cycle, &[x, lowest, highest])
}

/// The place of the first input between the second and the third, in percent, smoothed by half.
#[derive(Debug, Clone)]
struct Cycle;

#[derive(Clone)]
struct Turning {
    place: f64,
    smooth: Option<f64>,
}

impl Walk<3, 1> for Turning {
    #[inline(always)]
    fn step(&mut self, [x, lowest, highest]: [f64; 3]) -> [f64; 1] {
        let range = highest - lowest;
        if range > 0.0 {
            self.place = (x - lowest) / range * 100.0;
        }
        let smooth = self.smooth.map_or(self.place, |before| before + 0.5 * (self.place - before));
        // What decays towards nothing ends there.
        let smooth = if smooth.abs() < 1e-290 { 0.0 } else { smooth };
        self.smooth = Some(smooth);
        [smooth]
    }

    fn pass(&mut self, fields: &mut Fields<'_>) {
        fields.pass(&mut [&mut self.place, &mut self.smooth]);
    }
}

by_walk!(Cycle: 3 => 1, |_| 0, |_| Turning { place: 0.0, smooth: None });

//! Fibonacci Extension.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{BarsSinceMax, BarsSinceMin, ElementwiseMap, Max, Min, elementwise_map, parameters};

/// Fibonacci Extension.
pub(in crate::indicator) static FIB_EXTENSION: Indicator = Indicator {
    name: "fib_extension",
    title: "Fibonacci Extension",
    summary: "Levels beyond the newest leg between the extremes of the window, at Fibonacci ratios of its height.",
    formula: "highest = max(high, period); lowest = min(low, period); the leg rises where the highest high is newer than the lowest low or at the same bar; level = lowest + ratio * (highest - lowest) of a rising leg, highest - ratio * (highest - lowest) of a falling one; ratio 1.272, 1.414, 1.618, 2, 2.618",
    source: "Carolyn Boroden, Fibonacci Trading, 2008",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::bars("period", 100, 1, "the number of bars in the window")],
    outputs: &[
        Output { name: "direction", help: "1 of a rising leg, -1 of a falling one" },
        Output { name: "e1272", help: "the level at 1.272 of the leg" },
        Output { name: "e1414", help: "the level at 1.414 of the leg" },
        Output { name: "e1618", help: "the level at 1.618 of the leg" },
        Output { name: "e2000", help: "the level at 2.000 of the leg" },
        Output { name: "e2618", help: "the level at 2.618 of the leg" },
    ],
    build: |graph, args| {
        let [high, low] = args.inputs();
        let window = args.integer("period");
        let inputs = [
            graph.add(Max { window }, &[high]),
            graph.add(Min { window }, &[low]),
            graph.add(BarsSinceMax { window }, &[high]),
            graph.add(BarsSinceMin { window }, &[low]),
        ];
        graph.add_all::<_, 6>(Levels, &inputs).into()
    },
};

/// The levels of high, low, and the bars since each.
#[derive(Debug, Clone)]
struct Levels;

parameters!(Levels);

impl ElementwiseMap<4, 6> for Levels {
    #[inline(always)]
    fn values(&self, [highest, lowest, since_high, since_low]: [f64; 4]) -> [f64; 6] {
        let (range, rising) = (highest - lowest, since_high <= since_low);
        let (from, way) = if rising { (lowest, range) } else { (highest, -range) };
        let direction = if rising { 1.0 } else { -1.0 };
        let level = |ratio: f64| from + ratio * way;
        let direction = if way.is_nan() { f64::NAN } else { direction };
        [direction, level(1.272), level(1.414), level(1.618), level(2.0), level(2.618)]
    }
}

elementwise_map!(Levels: 4 => 6);

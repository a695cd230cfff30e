//! Fibonacci Retracement.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{BarsSinceMax, BarsSinceMin, ElementwiseMap, Max, Min, elementwise_map, parameters};

/// Fibonacci Retracement.
pub(in crate::indicator) static FIB_RETRACEMENT: Indicator = Indicator {
    name: "fib_retracement",
    title: "Fibonacci Retracement",
    summary: "Levels back into the newest leg between the extremes of the window, at Fibonacci ratios of its height.",
    formula: "highest = max(high, period); lowest = min(low, period); the leg rises where the highest high is newer than the lowest low or at the same bar; level = highest - ratio * (highest - lowest) of a rising leg, lowest + ratio * (highest - lowest) of a falling one; ratio 0.236, 0.382, 0.5, 0.618, 0.786",
    source: "Carolyn Boroden, Fibonacci Trading, 2008; TradingView, Auto Fib Retracement",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[Param::bars("period", 100, 1, "the number of bars in the window")],
    outputs: &[
        Output { name: "direction", help: "1 of a rising leg, -1 of a falling one" },
        Output { name: "r236", help: "the level at 0.236 of the leg" },
        Output { name: "r382", help: "the level at 0.382 of the leg" },
        Output { name: "r500", help: "the level at 0.500 of the leg" },
        Output { name: "r618", help: "the level at 0.618 of the leg" },
        Output { name: "r786", help: "the level at 0.786 of the leg" },
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
        let (from, way) = if rising { (highest, -range) } else { (lowest, range) };
        let direction = if rising { 1.0 } else { -1.0 };
        let level = |ratio: f64| from + ratio * way;
        let direction = if way.is_nan() { f64::NAN } else { direction };
        [direction, level(0.236), level(0.382), level(0.5), level(0.618), level(0.786)]
    }
}

elementwise_map!(Levels: 4 => 6);

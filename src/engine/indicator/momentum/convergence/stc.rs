//! Schaff Trend Cycle.

use crate::indicator::builders::{ema, ema_after};
use crate::indicator::{Graph, Group, Indicator, Input, Output, Param, Port};
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::{
    ElementwiseMap, Fields, FirstOrder, Kernel, Max, Memory, Min, Seed, State, elementwise_map, parameters,
};

/// Schaff Trend Cycle.
pub(in crate::indicator) static STC: Indicator = Indicator {
    name: "stc",
    title: "Schaff Trend Cycle",
    summary: "The MACD line passed twice through a stochastic and smoothed, from 0 to 100.",
    formula: "s(s(ema(x, fast) - ema(x, slow))), the averages aligned so that their first values fall on the same bar; s(v): f = 100 * (v - min(v, cycle)) / (max(v, cycle) - min(v, cycle)), f[1] where the range is 0, initially 0; y = (y[1] + f) / 2, seeded with f; the periods are swapped where fast > slow",
    source: "TA-Lib 0.8.3 STC",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("fast", 23, 2, "the period of the fast moving average, in bars"),
        Param::bars("slow", 50, 2, "the period of the slow moving average, in bars"),
        Param::bars("cycle", 10, 2, "the number of bars in both ranges"),
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

/// The stochastic of `x`, smoothed with constant 1/2.
fn cycle(graph: &mut Graph, x: Port, window: usize) -> Port {
    let highest = graph.add(Max { window }, &[x]);
    let lowest = graph.add(Min { window }, &[x]);
    let place = graph.add(Position, &[x, lowest, highest]);
    let place = graph.add(ForwardFillFinite, &[place]);
    graph.add(FirstOrder { beta: 0.5, gain: 0.5, seed: Seed::First, warm_up: 0, around_zero: false }, &[place])
}

/// The position of the first input between the second and the third, in percent; infinite where they are equal.
#[derive(Debug, Clone)]
struct Position;

parameters!(Position);

impl ElementwiseMap<3, 1> for Position {
    #[inline(always)]
    fn values(&self, [x, lowest, highest]: [f64; 3]) -> [f64; 1] {
        let range = highest - lowest;
        let is_flat = range <= 0.0 && !x.is_nan();
        // One divided by nothing is infinite.
        let (over, under) = if is_flat { (1.0, 0.0) } else { (x - lowest, range) };
        [over / under * 100.0]
    }
}

elementwise_map!(Position: 3 => 1);

/// The input, or the previous output where it is infinite; 0 initially.
#[derive(Debug, Clone)]
struct ForwardFillFinite;

parameters!(ForwardFillFinite);

impl Kernel for ForwardFillFinite {
    fn lookback(&self) -> usize {
        0
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(ForwardFillFiniteState { value: 0.0 })
    }
}

#[derive(Clone)]
struct ForwardFillFiniteState {
    value: f64,
}

leveled! {
    /// Copies values and returns whether any is infinite.
    fn copied(values: &[f64], output: &mut [f64]) -> bool {
        let mut any = false;
        for (output, value) in output.iter_mut().zip(values) {
            *output = *value;
            any |= value.abs() == f64::INFINITY;
        }
        any
    }
}

impl State for ForwardFillFiniteState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let output = &mut *outputs[0];
        // Few blocks have one.
        if copied(inputs[0], output) {
            for value in output.iter_mut() {
                *value = if value.is_infinite() { self.value } else { *value };
                self.value = if value.is_nan() { self.value } else { *value };
            }
        }
        self.value = output.iter().rev().find(|value| !value.is_nan()).copied().unwrap_or(self.value);
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.value]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

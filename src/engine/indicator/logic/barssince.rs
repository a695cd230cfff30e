//! Bars Since.

use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::{Fields, Kernel, Memory, State, is_true, parameters};

/// Bars Since.
pub(in crate::indicator) static BARSSINCE: Indicator = Indicator {
    name: "barssince",
    title: "Bars Since",
    summary: "The number of bars since a condition was last true, 0 where it is true; by default since the last bar with a trade.",
    formula: "bars since the input was last nonzero; NaN before the first such bar and where the input is NaN, although NaN bars are counted",
    source: "Pine Script ta.barssince",
    group: Group::Logic,
    revision: 1,
    inputs: &[Input::VOLUME],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [condition] = args.inputs();
        vec![graph.add(Since, &[condition])]
    },
};

/// The number of bars since the input was true.
#[derive(Debug, Clone)]
struct Since;

parameters!(Since);

impl Kernel for Since {
    fn lookback(&self) -> usize {
        0
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(SinceState { bars: f64::NAN })
    }
}

#[derive(Clone)]
struct SinceState {
    /// The bars since the condition was true, as of the last bar; NaN before the first.
    bars: f64,
}

impl State for SinceState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        for (condition, output) in inputs[0].iter().zip(outputs[0].iter_mut()) {
            self.bars = if is_true(*condition) { 0.0 } else { self.bars + 1.0 };
            *output = if condition.is_nan() { f64::NAN } else { self.bars };
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.bars]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

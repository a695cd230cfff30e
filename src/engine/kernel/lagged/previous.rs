//! The previous value, gaps skipped, and the index of a bar.

use crate::kernel::simd::dispatch::leveled;
use crate::kernel::state::skip_nan::{all_exist, exists};
use crate::kernel::{BLOCK, Fields, Kernel, Memory, State, parameters};

/// The previous value of the first input, gaps skipped; at the first bar, the second input.
#[derive(Debug, Clone)]
pub struct Previous;

parameters!(Previous);

/// The index of the bar from 0, gaps counted; NaN where the input is.
#[derive(Debug, Clone)]
pub struct BarIndex;

parameters!(BarIndex);

impl Kernel for Previous {
    fn lookback(&self) -> usize {
        0
    }

    fn stable_after(&self) -> Option<usize> {
        Some(1)
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(PreviousState { value: None })
    }
}

#[derive(Clone)]
struct PreviousState {
    value: Option<f64>,
}

impl State for PreviousState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let ([x, opening], output) = ([inputs[0], inputs[1]], &mut *outputs[0]);
        if let Some(value) = self.value
            && all_exist(x)
        {
            output[0] = value;
            output[1..].copy_from_slice(&x[..x.len() - 1]);
            self.value = Some(x[x.len() - 1]);
            return;
        }
        for at in 0..x.len() {
            let value = self.value.unwrap_or(opening[at]);
            output[at] = if exists(x[at]) { value } else { f64::NAN };
            if exists(x[at]) && exists(value) {
                self.value = Some(x[at]);
            }
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.value]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

impl Kernel for BarIndex {
    fn lookback(&self) -> usize {
        0
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(BarIndexState { bars: 0.0 })
    }
}

leveled! {
    fn number(first: f64, input: &[f64], output: &mut [f64]) {
        for at in 0..input.len().min(BLOCK) {
            output[at] = if input[at].is_nan() { f64::NAN } else { first + f64::from(at as u32) };
        }
    }
}

#[derive(Clone)]
struct BarIndexState {
    bars: f64,
}

impl State for BarIndexState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        number(self.bars, inputs[0], outputs[0]);
        self.bars += inputs[0].len() as f64;
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.bars]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

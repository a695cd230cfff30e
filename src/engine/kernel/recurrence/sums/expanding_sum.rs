//! Expanding sum: a rolling sum that starts with the first value instead of a full window (`min_periods=1` of pandas).

use crate::kernel::state::skip_nan::exists;
use crate::kernel::{Fields, Kernel, Memory, State, Sum, parameters};

/// The sum of the newest `window` values, or of all values while there are fewer.
#[derive(Debug, Clone)]
pub struct ExpandingSum {
    /// The number of bars.
    pub window: usize,
}

parameters!(ExpandingSum { window });

impl Kernel for ExpandingSum {
    fn lookback(&self) -> usize {
        0
    }

    fn stable_after(&self) -> Option<usize> {
        Some(self.window)
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(ExpandingSumState { left: self.window - 1, total: 0.0, sum: Sum { window: self.window }.start() })
    }
}

#[derive(Clone)]
struct ExpandingSumState {
    /// The number of values until the window is full.
    left: usize,
    total: f64,
    sum: Box<dyn State>,
}

impl State for ExpandingSumState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        self.sum.feed(inputs, outputs);
        for (input, output) in inputs[0].iter().zip(outputs[0].iter_mut()) {
            if self.left == 0 {
                break;
            }
            if exists(*input) {
                self.total += input;
                self.left -= 1;
                *output = self.total;
            } else {
                *output = f64::NAN;
            }
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.left, &mut self.total, &mut self.sum]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

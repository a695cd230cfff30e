//! What is different at the first bar.

use super::{Fields, Kernel, Memory, State};

/// The first input, but at the first bar that the second has, the second.
#[derive(Debug, Clone)]
pub struct Opening;

/// The number of bars before the one at hand, a bar without a value counted like any other; none where the input has
/// none.
#[derive(Debug, Clone)]
pub struct BarsBefore;

impl Kernel for Opening {
    fn lookback(&self) -> usize {
        0
    }

    fn settles(&self) -> Option<usize> {
        Some(1)
    }

    fn memory(&self) -> Memory {
        Memory::Whole
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(Opened { open: false })
    }
}

#[derive(Clone)]
struct Opened {
    open: bool,
}

impl State for Opened {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        outputs[0].copy_from_slice(inputs[0]);
        if !self.open
            && let Some(at) = inputs[1].iter().position(|value| !value.is_nan())
        {
            outputs[0][at] = inputs[1][at];
            self.open = true;
        }
    }

    fn pass(&mut self, fields: &mut Fields<'_>) {
        fields.pass(&mut [&mut self.open]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

impl Kernel for BarsBefore {
    fn lookback(&self) -> usize {
        0
    }

    fn memory(&self) -> Memory {
        Memory::Whole
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(Counting { bars: 0.0 })
    }
}

#[derive(Clone)]
struct Counting {
    bars: f64,
}

impl State for Counting {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        for (at, (input, output)) in inputs[0].iter().zip(outputs[0].iter_mut()).enumerate() {
            *output = if input.is_nan() { f64::NAN } else { self.bars + at as f64 };
        }
        self.bars += inputs[0].len() as f64;
    }

    fn pass(&mut self, fields: &mut Fields<'_>) {
        fields.pass(&mut [&mut self.bars]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

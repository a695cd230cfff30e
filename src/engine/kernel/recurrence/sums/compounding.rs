//! Compounding: the cumulative product of growth factors.

use crate::kernel::state::skip_nan::exists;
use crate::kernel::{Fields, Kernel, Memory, State, parameters};

/// The product of `1 + x` over the values so far. NaN in the input: NaN at that bar, and the product stays.
#[derive(Debug, Clone)]
pub struct Compounding;

parameters!(Compounding);

impl Kernel for Compounding {
    fn lookback(&self) -> usize {
        0
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn is_canonical(&self) -> bool {
        true
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(CompoundingState { level: 1.0 })
    }
}

#[derive(Clone)]
struct CompoundingState {
    level: f64,
}

impl State for CompoundingState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        for (&value, output) in inputs[0].iter().zip(&mut *outputs[0]) {
            *output = if exists(value) {
                self.level *= 1.0 + value;
                self.level
            } else {
                f64::NAN
            };
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.level]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_compounds_whatever_the_blocks() {
        let values = [f64::NAN, 0.5, 0.0, f64::NAN, -0.5, 1.0];
        for cut in 1..=values.len() {
            let mut state = Compounding.start();
            let mut found = Vec::new();
            for block in values.chunks(cut) {
                let mut output = vec![0.0; block.len()];
                state.feed(&[block], &mut [&mut output]);
                found.extend(output);
            }
            assert!(found[0].is_nan() && found[3].is_nan());
            assert_eq!([found[1], found[2], found[4], found[5]], [1.5, 1.5, 0.75, 1.5]);
        }
    }
}

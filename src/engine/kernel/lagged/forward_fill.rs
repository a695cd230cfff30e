//! Forward fill: the last observation carried forward over gaps.

use crate::kernel::{Fields, Kernel, Memory, State, parameters};

/// The newest value of the input, at the bar or before it.
#[derive(Debug, Clone)]
pub struct ForwardFill;

parameters!(ForwardFill);

impl Kernel for ForwardFill {
    fn lookback(&self) -> usize {
        0
    }

    fn stable_after(&self) -> Option<usize> {
        Some(0)
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(ForwardFillState { newest: f64::NAN })
    }
}

#[derive(Clone)]
struct ForwardFillState {
    newest: f64,
}

impl State for ForwardFillState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        for (value, output) in inputs[0].iter().zip(&mut *outputs[0]) {
            if !value.is_nan() {
                self.newest = *value;
            }
            *output = self.newest;
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.newest]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_carry_the_last_value_forward_whatever_the_blocks() {
        let values = [f64::NAN, 1.0, f64::NAN, f64::NAN, 2.0, 3.0, f64::NAN];
        for cut in 1..=values.len() {
            let mut state = ForwardFill.start();
            let mut found = Vec::new();
            for block in values.chunks(cut) {
                let mut output = vec![0.0; block.len()];
                state.feed(&[block], &mut [&mut output]);
                found.extend(output);
            }
            assert!(found[0].is_nan());
            assert_eq!(found[1..], [1.0, 1.0, 1.0, 2.0, 3.0, 3.0]);
        }
    }
}

//! Warm-up: masks the first values, before a filter has settled.

use crate::kernel::{Fields, Kernel, Memory, State, copy_canonical, parameters};

/// The input with its first `bars` values masked.
#[derive(Debug, Clone)]
pub struct WarmUp {
    /// The number of values masked.
    pub bars: usize,
}

parameters!(WarmUp { bars });

impl Kernel for WarmUp {
    fn lookback(&self) -> usize {
        self.bars
    }

    fn stable_after(&self) -> Option<usize> {
        Some(self.bars)
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn is_canonical(&self) -> bool {
        true
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(WarmUpState { left: self.bars })
    }
}

#[derive(Clone)]
struct WarmUpState {
    left: usize,
}

impl State for WarmUpState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        copy_canonical(inputs[0], outputs[0]);
        for value in outputs[0].iter_mut() {
            if self.left == 0 {
                break;
            }
            self.left -= usize::from(!value.is_nan());
            *value = f64::NAN;
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.left]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_warm_up_does_not_depend_on_the_cut() {
        let values = [f64::NAN, 1.0, f64::NAN, 2.0, 3.0, f64::NAN, 4.0];
        for cut in 1..=values.len() {
            let mut state = WarmUp { bars: 2 }.start();
            let mut found = Vec::new();
            for block in values.chunks(cut) {
                let mut output = vec![0.0; block.len()];
                state.feed(&[block], &mut [&mut output]);
                found.extend(output);
            }
            assert!(found[..4].iter().all(|value| value.is_nan()) && found[5].is_nan(), "{found:?}");
            assert_eq!((found[4], found[6]), (3.0, 4.0));
        }
    }
}

//! Warm-up: masks the first values, before a filter has settled.

use std::sync::Arc;

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

/// A kernel with one output, and a [`WarmUp`] of it, without a pass for the values after.
#[derive(Debug)]
pub struct Masked {
    /// The kernel.
    pub kernel: Arc<dyn Kernel>,
    /// The number of values masked.
    pub bars: usize,
}

parameters!(Masked { kernel, bars });

impl Kernel for Masked {
    fn lookback(&self) -> usize {
        self.kernel.lookback() + self.bars
    }

    fn lookback_after(&self, inputs: &[usize]) -> usize {
        self.kernel.lookback_after(inputs) + self.bars
    }

    fn stable_after(&self) -> Option<usize> {
        self.kernel.stable_after().map(|bars| bars + self.bars)
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn is_canonical(&self) -> bool {
        self.kernel.is_canonical()
    }

    fn block(&self) -> usize {
        self.kernel.block()
    }

    fn cost(&self) -> f64 {
        self.kernel.cost()
    }

    fn fuse(&self, others: &[&dyn Kernel], lookbacks: &[usize]) -> Option<Arc<dyn Kernel>> {
        let kernel = others.is_empty().then(|| self.kernel.fuse(&[], lookbacks))??;
        Some(Arc::new(Self { kernel, bars: self.bars }))
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(MaskedState { state: self.kernel.start(), warm_up: WarmUpState { left: self.bars } })
    }
}

#[derive(Clone)]
struct MaskedState {
    state: Box<dyn State>,
    warm_up: WarmUpState,
}

impl State for MaskedState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        self.state.feed(inputs, outputs);
        self.warm_up.mask(outputs[0]);
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.state, &mut self.warm_up.left]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

#[derive(Clone)]
struct WarmUpState {
    left: usize,
}

impl WarmUpState {
    /// Masks what is left of the first values.
    fn mask(&mut self, values: &mut [f64]) {
        for value in values {
            if self.left == 0 {
                break;
            }
            self.left -= usize::from(!value.is_nan());
            *value = f64::NAN;
        }
    }
}

impl State for WarmUpState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        copy_canonical(inputs[0], outputs[0]);
        self.mask(outputs[0]);
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

//! The exponentially weighted mean of all values so far, divided by the sum of their weights.
//!
//! Not the quotient of two recurrences, which would flicker on a constant input until both are at rest. As in `block8`
//! the mean is the input plus a deviation from the changes of the input: `y = x - beta * u / w`, where `w = beta * w' + 1`
//! is the sum of the weights and `u = beta * u' + w' * (x - x')`. A constant input is its own mean from the first bar on.

use super::block8::{Carry, Loaded, WIDTH, Weights, flush_to_zero, one_before};
use super::blocked::{BlockScan, Blocked};
use super::first_order::decay_bars;
use crate::kernel::simd::vector8::{Same, vectored};
use crate::kernel::state::skip_nan::SkipNan;
use crate::kernel::{Field, Fields, Kernel, Memory, State, parameters};

/// The exponentially weighted mean divided by the sum of the weights so far (`adjust=True` of pandas).
#[derive(Debug, Clone)]
pub struct AdjustedEwma {
    /// The weight of a value relative to the next, at least 0 and less than 1.
    pub beta: f64,
}

parameters!(AdjustedEwma { beta });

impl Kernel for AdjustedEwma {
    fn lookback(&self) -> usize {
        0
    }

    fn stable_after(&self) -> Option<usize> {
        Some(decay_bars(self.beta))
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn is_canonical(&self) -> bool {
        true
    }

    fn start(&self) -> Box<dyn State> {
        let weights = Weights::new(self.beta, 1.0, false);
        Box::new(SkipNan(Blocked::new(AdjustedScan(weights), Sums::default())))
    }
}

/// The sums before a block.
#[derive(Clone, Copy, Default)]
struct Sums {
    /// Of the weighted changes. Before the first input the weight is 0, whatever the change.
    values: Carry,
    /// Of the weights.
    weights: f64,
}

impl Field for Sums {
    fn visit(&mut self, fields: &mut Fields<'_>) {
        let Self { values: Carry { last, changes }, weights } = self;
        fields.visit(&mut [last, changes, weights]);
    }
}

#[derive(Clone)]
struct AdjustedScan(Weights);

vectored! {
    /// The outputs of full blocks; returns the sums after them.
    fn scan_blocks(weights: &Weights, sums: Sums, inputs: &[f64], output: &mut [f64]) -> Sums {
        let (loaded, mut sums) = (Loaded::<V>::new(weights), sums);
        let ones = loaded.local(V::splat(1.0));
        let lag = V::splat(-weights.powers[0]);
        for (inputs, output) in inputs.as_chunks::<WIDTH>().0.iter().zip(output.as_chunks_mut::<WIDTH>().0) {
            let mut total = [0.0; WIDTH];
            V::splat(sums.weights).times_plus(loaded.powers, ones).store(&mut total);
            let weights_before = V::load(&one_before(sums.weights, &total));
            let before = V::load(&one_before(sums.values.last, inputs));
            let inputs_now = V::load(inputs);
            let local = loaded.local((inputs_now - before) * weights_before);
            let changes = V::splat(sums.values.changes).times_plus(loaded.powers, local);
            (changes / V::load(&total)).times_plus(lag, inputs_now).store(output);
            let carry = flush_to_zero(changes.last().value());
            sums = Sums { values: Carry { last: inputs[WIDTH - 1], changes: carry }, weights: total[WIDTH - 1] };
        }
        sums
    }
}

impl BlockScan for AdjustedScan {
    type Carry = Sums;

    fn scan(&self, carry: Sums, inputs: &[f64], output: &mut [f64]) -> Sums {
        scan_blocks(&self.0, carry, inputs, output)
    }
}

//! Cumulative sum (prefix sum) of all values so far.
//!
//! Blocks of eight are summed as a triangular matrix product, as in `block8`; the sum before the block is compensated
//! (Neumaier 1974), as its error would persist in every later value. A plain running sum loses digits with every order
//! of magnitude that the total is above its terms.

use std::array::from_fn;

use super::block8::{WIDTH, weighted};
use super::neumaier::NeumaierSum;
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::simd::tile::array;
use crate::kernel::state::skip_nan::{Dense, SkipNan};
use crate::kernel::{Fields, Kernel, Memory, State, parameters};

/// The sum of all values so far.
#[derive(Debug, Clone)]
pub struct CumulativeSum;

parameters!(CumulativeSum);

impl Kernel for CumulativeSum {
    fn lookback(&self) -> usize {
        0
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn start(&self) -> Box<dyn State> {
        let weights = from_fn(|input| from_fn(|bar| if input <= bar { 1.0 } else { 0.0 }));
        Box::new(SkipNan(CumulativeSumState {
            weights,
            before: NeumaierSum::default(),
            inputs: [0.0; WIDTH],
            count: 0,
        }))
    }
}

/// The lower-triangular matrix of ones. A field of the state, not a constant: knowing it, the compiler would turn the
/// product into one serial chain.
type Weights = [[f64; WIDTH]; WIDTH];

#[derive(Clone)]
struct CumulativeSumState {
    weights: Weights,
    /// The sum before the current block.
    before: NeumaierSum,
    /// The inputs of the current block so far.
    inputs: [f64; WIDTH],
    count: usize,
}

#[inline(always)]
fn offset(before: NeumaierSum, sums: [f64; WIDTH]) -> [f64; WIDTH] {
    array(0.0, |i| before.sum + (before.rest + sums[i]))
}

leveled! {
    fn scan_blocks(weights: &Weights, before: NeumaierSum, inputs: &[f64], output: &mut [f64]) -> NeumaierSum {
        let (weights, mut before) = (*weights, before);
        let (inputs, _) = inputs.as_chunks::<WIDTH>();
        for (inputs, output) in inputs.iter().zip(output.chunks_exact_mut(WIDTH)) {
            let sums = weighted(&weights, inputs);
            output.copy_from_slice(&offset(before, sums));
            before.add(sums[WIDTH - 1]);
        }
        before
    }
}

impl CumulativeSumState {
    fn step(&mut self, input: f64) -> f64 {
        self.inputs[self.count] = input;
        let sums = weighted(&self.weights, &self.inputs);
        let total = offset(self.before, sums)[self.count];
        self.count += 1;
        if self.count == WIDTH {
            self.before.add(sums[WIDTH - 1]);
            self.count = 0;
        }
        total
    }
}

impl Dense for CumulativeSumState {
    fn run(&mut self, inputs: &[f64], outputs: &mut [&mut [f64]]) {
        let output = &mut *outputs[0];
        let head = ((WIDTH - self.count) % WIDTH).min(inputs.len());
        let tail = head + (inputs.len() - head) / WIDTH * WIDTH;
        for at in 0..head {
            output[at] = self.step(inputs[at]);
        }
        self.before = scan_blocks(&self.weights, self.before, &inputs[head..tail], &mut output[head..tail]);
        for at in tail..inputs.len() {
            output[at] = self.step(inputs[at]);
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.before, &mut self.inputs]);
        fields.below(&mut self.count, WIDTH);
    }
}

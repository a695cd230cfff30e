//! Cumulative sum (prefix sum) of all values so far.
//!
//! Blocks of eight are summed by the prefix scan of `block8`, whose factor is 1 here; the sum before the block is
//! compensated (Neumaier 1974), as its error would persist in every later value. A plain running sum loses digits with
//! every order of magnitude that the total is above its terms.

use super::neumaier::NeumaierSum;
use crate::kernel::recurrence::block8::{Loaded, WIDTH, Weights};
use crate::kernel::simd::vector8::vectored;
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
        Box::new(SkipNan(CumulativeSumState {
            weights: Weights::new(1.0, 1.0, true),
            before: NeumaierSum::default(),
            inputs: [0.0; WIDTH],
            count: 0,
        }))
    }
}

#[derive(Clone)]
struct CumulativeSumState {
    weights: Weights,
    /// The sum before the current block.
    before: NeumaierSum,
    /// The inputs of the current block so far, then any.
    inputs: [f64; WIDTH],
    count: usize,
}

vectored! {
    fn scan_blocks(weights: &Weights, before: NeumaierSum, inputs: &[f64], output: &mut [f64]) -> NeumaierSum {
        let (weights, mut before) = (Loaded::<V>::new(weights), before);
        let blocks = inputs.as_chunks::<WIDTH>().0.iter().zip(output.as_chunks_mut::<WIDTH>().0);
        for (inputs, output) in blocks {
            let sums = weights.local(V::load(inputs));
            V::splat(before.sum).plus(V::splat(before.rest).plus(sums)).store(output);
            before.add(sums.broadcast_7().first());
        }
        before
    }
}

impl CumulativeSumState {
    /// The sums at inputs within the current block.
    fn partial(&mut self, inputs: &[f64], output: &mut [f64]) {
        if inputs.is_empty() {
            return;
        }
        let bars = self.count..self.count + inputs.len();
        self.inputs[bars.clone()].copy_from_slice(inputs);
        let mut values = [0.0; WIDTH];
        let next = scan_blocks(&self.weights, self.before, &self.inputs, &mut values);
        self.count = bars.end;
        output.copy_from_slice(&values[bars]);
        if self.count == WIDTH {
            (self.before, self.count) = (next, 0);
        }
    }
}

impl Dense for CumulativeSumState {
    fn run(&mut self, inputs: &[f64], outputs: &mut [&mut [f64]]) {
        let output = &mut *outputs[0];
        let head = ((WIDTH - self.count) % WIDTH).min(inputs.len());
        let tail = head + (inputs.len() - head) / WIDTH * WIDTH;
        self.partial(&inputs[..head], &mut output[..head]);
        self.before = scan_blocks(&self.weights, self.before, &inputs[head..tail], &mut output[head..tail]);
        self.partial(&inputs[tail..], &mut output[tail..]);
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.before, &mut self.inputs]);
        fields.below(&mut self.count, WIDTH);
    }
}

//! Averages with a variable smoothing factor `y = y' + k * (x - y')` (KAMA, VIDYA), eight bars per step.
//!
//! Each bar is an affine map `y -> (1 - k) y + k x`, and composition of affine maps is associative: a Kogge-Stone scan
//! (1973; Hillis and Steele 1986; for recurrences Blelloch 1990) composes 2, 4 and 8 of them in three doubling steps,
//! and the carry is added once at the end. The block matrix of `block8` does not apply, as its weights would change at
//! every bar.

#![allow(clippy::needless_range_loop, reason = "the loops over lanes run over several arrays at once")]

use std::hint::black_box;

use super::block8::{WIDTH, flush_to_zero};
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::state::skip_nan::{all_exist, exists};
use crate::kernel::{Fields, Kernel, Memory, State, parameters};

/// The average of the first input with the smoothing factor given by the second, 0 to 1. It is seeded with the input
/// before the first factor, and has no value until then.
#[derive(Debug, Clone)]
pub struct Adaptive {
    /// Whether it is seeded with 0 instead.
    pub from_zero: bool,
}

parameters!(Adaptive { from_zero });

impl Kernel for Adaptive {
    fn lookback(&self) -> usize {
        0
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn start(&self) -> Box<dyn State> {
        let (x, weights) = ([0.0; WIDTH], [0.0; WIDTH]);
        Box::new(AdaptiveState { started: self.from_zero, carry: 0.0, x, weights, count: 0 })
    }
}

#[derive(Clone)]
struct AdaptiveState {
    /// Whether the seed is known.
    started: bool,
    /// The output before the current block, or the newest input before there is a weight.
    carry: f64,
    /// The bars of the current block so far; the rest have weight 0.
    x: [f64; WIDTH],
    weights: [f64; WIDTH],
    count: usize,
}

/// 1 where the bar 1, 2 or 4 before is in the block.
const IN_RANGE: [[f64; WIDTH]; 3] = [
    [0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
    [0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
    [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0],
];

/// A doubling step: composes each affine map with the one `LAG` bars before it.
#[inline(always)]
fn double<const LAG: usize>(in_range: &[f64; WIDTH], decay: &mut [f64; WIDTH], gain: &mut [f64; WIDTH]) {
    let (mut decay_before, mut gain_before) = ([0.0; WIDTH], [0.0; WIDTH]);
    for i in 0..WIDTH {
        decay_before[i] = decay[(i + WIDTH - LAG) % WIDTH];
        gain_before[i] = gain[(i + WIDTH - LAG) % WIDTH];
    }
    for i in 0..WIDTH {
        gain[i] += decay[i] * (gain_before[i] * in_range[i]);
    }
    for i in 0..WIDTH {
        decay[i] *= decay_before[i] * in_range[i] + (1.0 - in_range[i]);
    }
}

leveled! {
    /// The outputs of full blocks; returns the last carry.
    fn scan_blocks(carry: f64, x: &[f64], weights: &[f64], output: &mut [f64]) -> f64 {
        // Opaque to the compiler: knowing the constants, it would unroll into scalar code.
        let in_range = black_box(IN_RANGE);
        let mut carry = carry;
        let bars = x.as_chunks::<WIDTH>().0.iter().zip(weights.as_chunks::<WIDTH>().0);
        for ((x, weights), output) in bars.zip(output.as_chunks_mut::<WIDTH>().0) {
            let (mut decay, mut gain) = ([0.0; WIDTH], [0.0; WIDTH]);
            for i in 0..WIDTH {
                decay[i] = 1.0 - weights[i];
                // Adding +0.0 turns -0.0 into 0.0; otherwise the sign of a later input with weight 0 could leak.
                gain[i] = x[i] * weights[i] + 0.0;
            }
            double::<1>(&in_range[0], &mut decay, &mut gain);
            double::<2>(&in_range[1], &mut decay, &mut gain);
            double::<4>(&in_range[2], &mut decay, &mut gain);
            let mut values = [0.0; WIDTH];
            for i in 0..WIDTH {
                values[i] = gain[i] + decay[i] * carry;
            }
            *output = values;
            carry = flush_to_zero(values[WIDTH - 1]);
        }
        carry
    }
}

impl AdaptiveState {
    /// The outputs of bars within the current block.
    fn partial(&mut self, x: &[f64], weights: &[f64], output: &mut [f64]) {
        if x.is_empty() {
            return;
        }
        let bars = self.count..self.count + x.len();
        self.x[bars.clone()].copy_from_slice(x);
        self.weights[bars.clone()].copy_from_slice(weights);
        let mut values = [0.0; WIDTH];
        let last = scan_blocks(self.carry, &self.x, &self.weights, &mut values);
        self.count = bars.end;
        output.copy_from_slice(&values[bars]);
        if self.count == WIDTH {
            (self.carry, self.x, self.weights, self.count) = (last, [0.0; WIDTH], [0.0; WIDTH], 0);
        }
    }

    /// The outputs of bars with gaps.
    fn feed_with_gaps(&mut self, x: &[f64], weights: &[f64], output: &mut [f64]) {
        for at in 0..output.len() {
            if exists(x[at]) && exists(weights[at]) {
                self.started = true;
                self.partial(&x[at..=at], &weights[at..=at], &mut output[at..=at]);
                continue;
            }
            output[at] = f64::NAN;
            if !self.started && exists(x[at]) {
                self.carry = x[at];
            }
        }
    }
}

impl State for AdaptiveState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let ([x, weights], output) = ([inputs[0], inputs[1]], &mut *outputs[0]);
        if !all_exist(x) || !all_exist(weights) {
            return self.feed_with_gaps(x, weights, output);
        }
        self.started = true;
        let len = output.len();
        let head = ((WIDTH - self.count) % WIDTH).min(len);
        let tail = head + (len - head) / WIDTH * WIDTH;
        self.partial(&x[..head], &weights[..head], &mut output[..head]);
        self.carry = scan_blocks(self.carry, &x[head..tail], &weights[head..tail], &mut output[head..tail]);
        self.partial(&x[tail..], &weights[tail..], &mut output[tail..]);
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.started, &mut self.carry, &mut self.x, &mut self.weights]);
        fields.below(&mut self.count, WIDTH);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

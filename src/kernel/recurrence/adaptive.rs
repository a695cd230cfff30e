//! Averages whose weight changes from bar to bar: `y = y' + k * (x - y')`, eight bars at a time.
//!
//! As in `first_order`, the value before a group comes in at the end, so that only one step per group waits for the group before;
//! here each bar brings its own factor `1 - k`, so the factors are put together too. What 2, 4 and 8 bars do is made of
//! what half as many do, for all bars of the group at once.

#![allow(clippy::needless_range_loop, reason = "the loops over lanes run over several arrays at once")]

use std::hint::black_box;

use super::block8::{WIDTH, flush_to_zero};
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::state::skip_nan::{all_exist, exists};
use crate::kernel::{Fields, Kernel, Memory, State, parameters};

/// The average of the first input that takes in each value with the weight given by the second, 0 to 1. Before the
/// first weight it is the value at hand, which it does not show.
#[derive(Debug, Clone)]
pub struct Adaptive {
    /// Whether it is 0 before the first weight instead.
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
    /// Whether the value before the first weight is known.
    started: bool,
    /// The value before the group at hand, or the newest value of the input before there is a weight.
    carry: f64,
    /// The bars of the group at hand so far; those after them weigh nothing.
    x: [f64; WIDTH],
    weights: [f64; WIDTH],
    count: usize,
}

/// 1 where the group has a bar that is 1, 2 or 4 bars before.
const IN_RANGE: [[f64; WIDTH]; 3] = [
    [0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
    [0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
    [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0],
];

/// Puts what as many bars do that came `LAG` bars before in front of what the bars so far do: how much they keep of the
/// value before them, and what they add.
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
    /// The values of whole groups; gives what the last hands on.
    fn scan_blocks(carry: f64, x: &[f64], weights: &[f64], output: &mut [f64]) -> f64 {
        // Were these known to the compiler, it would take the lanes apart.
        let in_range = black_box(IN_RANGE);
        let mut carry = carry;
        let bars = x.as_chunks::<WIDTH>().0.iter().zip(weights.as_chunks::<WIDTH>().0);
        for ((x, weights), output) in bars.zip(output.as_chunks_mut::<WIDTH>().0) {
            let (mut decay, mut gain) = ([0.0; WIDTH], [0.0; WIDTH]);
            for i in 0..WIDTH {
                decay[i] = 1.0 - weights[i];
                // The zero makes a value the same whatever the sign of a later one is, which counts nothing in it.
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
    /// The values at bars that all exist and end in the group at hand.
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

    /// The values at bars of which some do not exist.
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

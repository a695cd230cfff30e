//! Averages with a variable smoothing factor `y = y' + k * (x - y')` (KAMA, VIDYA), eight bars per step.
//!
//! As in `block8` it runs on changes: the deviation `z = y - x` from the current input is `(1 - k) (z' - (x - x'))`, which
//! decays to 0 at rest, whatever the factors. Each bar is an affine map of `z`, and composition of affine maps is
//! associative: a prefix scan (Sklansky 1960; for recurrences Blelloch 1990) composes 2, 4 and 8 of them in three doubling
//! steps, and the carry is added once at the end. The powers of `block8` are the special case of equal factors.

use super::block8::{Carry, WIDTH, blocks_after_one, flushed, is_negligible};
use crate::kernel::simd::vector8::{Same, Vector8, vectored};
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
        Box::new(AdaptiveState { started: self.from_zero, carry: Carry::default(), x, weights, count: 0 })
    }
}

#[derive(Clone)]
struct AdaptiveState {
    /// Whether the seed is known.
    started: bool,
    /// The input before the current block, and the deviation of the output from it.
    carry: Carry,
    /// The bars of the current block so far, then any.
    x: [f64; WIDTH],
    weights: [f64; WIDTH],
    count: usize,
}

/// Composes the maps of a block, given the negated changes: for each the decay of the carry and the value from a carry of 0.
/// Where a part of the block has nothing before it, that is the identity, a decay of 1 and a gain of 0.
#[inline(always)]
fn compose<V: Vector8>(falls: V, weights: V) -> [V; 2] {
    let (one, zero) = (V::splat(1.0), V::splat(0.0));
    let decay = one - weights;
    let gain = falls * decay;

    let gain = gain.firsts_in_pairs(zero).times_plus(decay, gain);
    let decay = decay * decay.firsts_in_pairs(one);

    let gain = gain.seconds_in_halves(zero).times_plus(decay, gain);
    let decay = decay * decay.seconds_in_halves(one);

    [decay * decay.broadcast_3(one), gain.add_3(decay)]
}

vectored! {
    /// The outputs of full blocks of inputs after one more input; returns the last deviation.
    fn scan_blocks(deviation: f64, x: &[f64], weights: &[f64], output: &mut [f64]) -> f64 {
        let mut deviation = V::Same::new(deviation);
        let bars = blocks_after_one(x).zip(weights.as_chunks::<WIDTH>().0);
        for (((x, before), weights), output) in bars.zip(output.as_chunks_mut::<WIDTH>().0) {
            let now = V::load(x);
            let [decay, gain] = compose(V::load(before) - now, V::load(weights));
            (V::spread(deviation).times_plus(decay, gain) + now).store(output);
            // As lane 7 of the deviations, but without waiting for them.
            deviation = deviation.times_plus(decay.last(), gain.last());
            if is_negligible(deviation.value()) {
                deviation = V::Same::new(flushed());
            }
        }
        deviation.value()
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
        let mut window = [self.carry.last; WIDTH + 1];
        window[1..].copy_from_slice(&self.x);
        let changes = scan_blocks(self.carry.changes, &window, &self.weights, &mut values);
        self.count = bars.end;
        output.copy_from_slice(&values[bars]);
        if self.count == WIDTH {
            (self.carry, self.count) = (Carry { last: self.x[WIDTH - 1], changes }, 0);
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
                self.carry.last = x[at];
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
        let (len, begin) = (output.len(), (WIDTH - self.count) % WIDTH);
        // The first block too is one by itself, as the input before it is elsewhere.
        let (begin, head) = (begin.min(len), (begin + WIDTH).min(len));
        let tail = head + (len - head) / WIDTH * WIDTH;
        self.partial(&x[..begin], &weights[..begin], &mut output[..begin]);
        self.partial(&x[begin..head], &weights[begin..head], &mut output[begin..head]);
        if head < tail {
            let (inputs, weights) = (&x[head - 1..tail], &weights[head..tail]);
            let changes = scan_blocks(self.carry.changes, inputs, weights, &mut output[head..tail]);
            self.carry = Carry { last: x[tail - 1], changes };
        }
        self.partial(&x[tail..], &weights[tail..], &mut output[tail..]);
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        let Carry { last, changes } = &mut self.carry;
        fields.visit(&mut [&mut self.started, last, changes, &mut self.x, &mut self.weights]);
        fields.below(&mut self.count, WIDTH);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

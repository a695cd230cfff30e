//! Averages whose weight changes from bar to bar: `y = y' + k * (x - y')`, eight bars at a time.
//!
//! As in `first_order`, the value before a group comes in at the end, so that only one step per group waits for the group before;
//! here each bar brings its own factor `1 - k`, so the factors are put together too. What 2, 4 and 8 bars do is made of
//! what half as many do, for all bars of the group at once.

#![allow(clippy::needless_range_loop, reason = "the loops over lanes run over several arrays at once")]

use std::hint::black_box;

use super::block8::{GROUP, handed_on};
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::state::skip_nan::{all_exist, exists};
use crate::kernel::{Fields, Kernel, Memory, State};

/// The average of the first input that takes in each value with the weight given by the second, 0 to 1. Before the
/// first weight it is the value at hand, which it does not show.
#[derive(Debug, Clone)]
pub struct Adaptive {
    /// Whether it is 0 before the first weight instead.
    pub from_zero: bool,
}

impl Kernel for Adaptive {
    fn lookback(&self) -> usize {
        0
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn start(&self) -> Box<dyn State> {
        let (x, weights) = ([0.0; GROUP], [0.0; GROUP]);
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
    x: [f64; GROUP],
    weights: [f64; GROUP],
    count: usize,
}

/// 1 where the group has a bar that is 1, 2 or 4 bars before.
const REACHED: [[f64; GROUP]; 3] = [
    [0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
    [0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
    [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0],
];

/// Puts what as many bars do that came `LAG` bars before in front of what the bars so far do: how much they keep of the
/// value before them, and what they add.
#[inline(always)]
fn double<const LAG: usize>(reached: &[f64; GROUP], kept: &mut [f64; GROUP], added: &mut [f64; GROUP]) {
    let (mut kept_before, mut added_before) = ([0.0; GROUP], [0.0; GROUP]);
    for i in 0..GROUP {
        kept_before[i] = kept[(i + GROUP - LAG) % GROUP];
        added_before[i] = added[(i + GROUP - LAG) % GROUP];
    }
    for i in 0..GROUP {
        added[i] += kept[i] * (added_before[i] * reached[i]);
    }
    for i in 0..GROUP {
        kept[i] *= kept_before[i] * reached[i] + (1.0 - reached[i]);
    }
}

leveled! {
    /// The values of whole groups; gives what the last hands on.
    fn groups(carry: f64, x: &[f64], weights: &[f64], output: &mut [f64]) -> f64 {
        // Were these known to the compiler, it would take the lanes apart.
        let reached = black_box(REACHED);
        let mut carry = carry;
        let bars = x.as_chunks::<GROUP>().0.iter().zip(weights.as_chunks::<GROUP>().0);
        for ((x, weights), output) in bars.zip(output.as_chunks_mut::<GROUP>().0) {
            let (mut kept, mut added) = ([0.0; GROUP], [0.0; GROUP]);
            for i in 0..GROUP {
                kept[i] = 1.0 - weights[i];
                // The zero makes a value the same whatever the sign of a later one is, which counts nothing in it.
                added[i] = x[i] * weights[i] + 0.0;
            }
            double::<1>(&reached[0], &mut kept, &mut added);
            double::<2>(&reached[1], &mut kept, &mut added);
            double::<4>(&reached[2], &mut kept, &mut added);
            let mut values = [0.0; GROUP];
            for i in 0..GROUP {
                values[i] = added[i] + kept[i] * carry;
            }
            *output = values;
            carry = handed_on(values[GROUP - 1]);
        }
        carry
    }
}

impl AdaptiveState {
    /// The values at bars that all exist and end in the group at hand.
    fn part(&mut self, x: &[f64], weights: &[f64], output: &mut [f64]) {
        if x.is_empty() {
            return;
        }
        let bars = self.count..self.count + x.len();
        self.x[bars.clone()].copy_from_slice(x);
        self.weights[bars.clone()].copy_from_slice(weights);
        let mut values = [0.0; GROUP];
        let last = groups(self.carry, &self.x, &self.weights, &mut values);
        self.count = bars.end;
        output.copy_from_slice(&values[bars]);
        if self.count == GROUP {
            (self.carry, self.x, self.weights, self.count) = (last, [0.0; GROUP], [0.0; GROUP], 0);
        }
    }

    /// The values at bars of which some do not exist.
    fn pick(&mut self, x: &[f64], weights: &[f64], output: &mut [f64]) {
        for at in 0..output.len() {
            if exists(x[at]) && exists(weights[at]) {
                self.started = true;
                self.part(&x[at..=at], &weights[at..=at], &mut output[at..=at]);
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
            return self.pick(x, weights, output);
        }
        self.started = true;
        let len = output.len();
        let head = ((GROUP - self.count) % GROUP).min(len);
        let tail = head + (len - head) / GROUP * GROUP;
        self.part(&x[..head], &weights[..head], &mut output[..head]);
        self.carry = groups(self.carry, &x[head..tail], &weights[head..tail], &mut output[head..tail]);
        self.part(&x[tail..], &weights[tail..], &mut output[tail..]);
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.started, &mut self.carry, &mut self.x, &mut self.weights]);
        fields.below(&mut self.count, GROUP);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

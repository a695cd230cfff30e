//! Second-order recurrences `y = near * y' + far * y'' + x`, eight bars at a time.
//!
//! A group of eight is the convolution of its inputs with the answer to a single one, plus what is left of the two
//! values before it. As in `first_order`, groups are counted by the values that exist, and one that is not full yet keeps its
//! inputs.

use super::block8::{GROUP, handed_on};
use super::first_order::fading;
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::simd::tile::array;
use crate::kernel::state::skip_nan::{Dense, SkipNan};
use crate::kernel::{Fields, Kernel, Memory, State};

/// The recurrence `y = near * y' + far * y'' + x`.
#[derive(Debug, Clone)]
pub struct SecondOrder {
    /// The weight of the value before.
    pub near: f64,
    /// The weight of the value before that.
    pub far: f64,
    /// Whether it starts as if the first input had been there for ever, else from nothing.
    pub steady: bool,
}

impl Kernel for SecondOrder {
    fn lookback(&self) -> usize {
        0
    }

    fn stable_after(&self) -> Option<usize> {
        // The larger root of the recurrence is what a value is multiplied with per bar, in the end.
        let square = self.near * self.near + 4.0 * self.far;
        let root = if square < 0.0 { (-self.far).sqrt() } else { (self.near.abs() + square.sqrt()) / 2.0 };
        (root < 1.0).then(|| fading(root))
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn start(&self) -> Box<dyn State> {
        let (mut answer, mut near, mut far) = ([0.0; GROUP], [0.0; GROUP], [0.0; GROUP]);
        // Each column is the recurrence itself, begun from a single one at another place.
        for (column, [before, last, first]) in
            [(&mut answer, [0.0, 0.0, 1.0]), (&mut near, [0.0, 1.0, 0.0]), (&mut far, [1.0, 0.0, 0.0])]
        {
            let (mut older, mut old) = (before, last);
            for (at, value) in column.iter_mut().enumerate() {
                *value = self.near * old + self.far * older + if at == 0 { first } else { 0.0 };
                (older, old) = (old, *value);
            }
        }
        let opening = self.steady.then(|| 1.0 / ((1.0 - self.near) - self.far));
        let (carry, inputs) = ([0.0; 2], [0.0; GROUP]);
        Box::new(SkipNan(SecondOrderState { answer, near, far, opening, carry, inputs, count: 0 }))
    }
}

#[derive(Clone)]
struct SecondOrderState {
    /// What a single one at the first bar of a group gives at each of its bars.
    answer: [f64; GROUP],
    /// What a one at the bar before the group gives.
    near: [f64; GROUP],
    /// What a one at the bar before that gives.
    far: [f64; GROUP],
    /// What an input that was there for ever is multiplied with, until the first has come.
    opening: Option<f64>,
    /// The two values before the group at hand, the newer first.
    carry: [f64; 2],
    /// The inputs of the group at hand, so far.
    inputs: [f64; GROUP],
    count: usize,
}

impl SecondOrderState {
    /// The values of a group. Each depends only on the inputs up to it.
    #[inline(always)]
    fn group(&self, inputs: [f64; GROUP], carry: [f64; 2]) -> [f64; GROUP] {
        let mut values = [0.0; GROUP];
        for (j, input) in inputs.iter().enumerate() {
            let share: [f64; GROUP] = array(0.0, |i| if i < j { 0.0 } else { self.answer[i - j] * input });
            values = array(0.0, |i| values[i] + share[i]);
        }
        array(0.0, |i| values[i] + (self.near[i] * carry[0] + self.far[i] * carry[1]))
    }

    #[inline(always)]
    fn hand_on(values: [f64; GROUP]) -> [f64; 2] {
        [handed_on(values[GROUP - 1]), handed_on(values[GROUP - 2])]
    }

    fn step(&mut self, input: f64) -> f64 {
        self.inputs[self.count] = input;
        let values = self.group(self.inputs, self.carry);
        let value = values[self.count];
        self.count += 1;
        if self.count == GROUP {
            self.carry = Self::hand_on(values);
            self.inputs = [0.0; GROUP];
            self.count = 0;
        }
        value
    }
}

leveled! {
    fn groups(state: &SecondOrderState, inputs: &[f64], output: &mut [f64]) -> [f64; 2] {
        let mut carry = state.carry;
        for (inputs, output) in inputs.chunks_exact(GROUP).zip(output.chunks_exact_mut(GROUP)) {
            let values = state.group(array(0.0, |i| inputs[i]), carry);
            output.copy_from_slice(&values);
            carry = SecondOrderState::hand_on(values);
        }
        carry
    }
}

impl Dense for SecondOrderState {
    fn run(&mut self, inputs: &[f64], outputs: &mut [&mut [f64]]) {
        let output = &mut *outputs[0];
        if let (Some(opening), Some(first)) = (self.opening, inputs.first()) {
            self.carry = [opening * first; 2];
            self.opening = None;
        }
        let head = ((GROUP - self.count) % GROUP).min(inputs.len());
        let tail = head + (inputs.len() - head) / GROUP * GROUP;
        for at in 0..head {
            output[at] = self.step(inputs[at]);
        }
        self.carry = groups(self, &inputs[head..tail], &mut output[head..tail]);
        for at in tail..inputs.len() {
            output[at] = self.step(inputs[at]);
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.opening, &mut self.carry, &mut self.inputs]);
        fields.below(&mut self.count, GROUP);
    }
}

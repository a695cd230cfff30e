//! Second-order IIR filters (resonators, two-pole smoothers) `y = a1 * y' + a2 * y'' + x`, eight bars per step.
//!
//! Block form as in `block8`: the convolution of the block with the impulse response, plus the free response to the two
//! outputs before it (Burrus 1972). Rejected: factoring into two first-order filters, which needs complex arithmetic
//! where the poles are conjugate, and is ill-conditioned where they are close.

use super::block8::{WIDTH, flush_to_zero};
use super::first_order::decay_bars;
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::simd::tile::array;
use crate::kernel::state::skip_nan::{Dense, SkipNan};
use crate::kernel::{Fields, Kernel, Memory, State, parameters};

/// The recurrence `y = a1 * y' + a2 * y'' + x`.
#[derive(Debug, Clone)]
pub struct SecondOrder {
    /// The weight of the previous output.
    pub a1: f64,
    /// The weight of the output before that.
    pub a2: f64,
    /// Whether it starts in the steady state of the first input, else at rest.
    pub steady: bool,
}

parameters!(SecondOrder { a1, a2, steady });

impl Kernel for SecondOrder {
    fn lookback(&self) -> usize {
        0
    }

    fn stable_after(&self) -> Option<usize> {
        // The pole of largest modulus determines the asymptotic decay.
        let square = self.a1 * self.a1 + 4.0 * self.a2;
        let root = if square < 0.0 { (-self.a2).sqrt() } else { (self.a1.abs() + square.sqrt()) / 2.0 };
        (root < 1.0).then(|| decay_bars(root))
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn start(&self) -> Box<dyn State> {
        let (mut impulse, mut a1, mut a2) = ([0.0; WIDTH], [0.0; WIDTH], [0.0; WIDTH]);
        // Each column is the response of the recurrence to a unit impulse in the input or in one of the two outputs.
        for (column, [before, last, first]) in
            [(&mut impulse, [0.0, 0.0, 1.0]), (&mut a1, [0.0, 1.0, 0.0]), (&mut a2, [1.0, 0.0, 0.0])]
        {
            let (mut older, mut old) = (before, last);
            for (at, value) in column.iter_mut().enumerate() {
                *value = self.a1 * old + self.a2 * older + if at == 0 { first } else { 0.0 };
                (older, old) = (old, *value);
            }
        }
        let steady_gain = self.steady.then(|| 1.0 / ((1.0 - self.a1) - self.a2));
        let (carry, inputs) = ([0.0; 2], [0.0; WIDTH]);
        Box::new(SkipNan(SecondOrderState { impulse, a1, a2, steady_gain, carry, inputs, count: 0 }))
    }
}

#[derive(Clone)]
struct SecondOrderState {
    /// The impulse response.
    impulse: [f64; WIDTH],
    /// The free response to a previous output of 1.
    a1: [f64; WIDTH],
    /// The free response to the output before that.
    a2: [f64; WIDTH],
    /// The DC gain, until the first input.
    steady_gain: Option<f64>,
    /// The two outputs before the current block, the newer first.
    carry: [f64; 2],
    /// The inputs of the current block so far.
    inputs: [f64; WIDTH],
    count: usize,
}

impl SecondOrderState {
    /// The outputs of a block. Each depends only on the inputs up to it.
    #[inline(always)]
    fn scan(&self, inputs: [f64; WIDTH], carry: [f64; 2]) -> [f64; WIDTH] {
        let mut values = [0.0; WIDTH];
        for (j, input) in inputs.iter().enumerate() {
            let response: [f64; WIDTH] = array(0.0, |i| if i < j { 0.0 } else { self.impulse[i - j] * input });
            values = array(0.0, |i| values[i] + response[i]);
        }
        array(0.0, |i| values[i] + (self.a1[i] * carry[0] + self.a2[i] * carry[1]))
    }

    #[inline(always)]
    fn carries(values: [f64; WIDTH]) -> [f64; 2] {
        [flush_to_zero(values[WIDTH - 1]), flush_to_zero(values[WIDTH - 2])]
    }

    fn step(&mut self, input: f64) -> f64 {
        self.inputs[self.count] = input;
        let values = self.scan(self.inputs, self.carry);
        let value = values[self.count];
        self.count += 1;
        if self.count == WIDTH {
            self.carry = Self::carries(values);
            self.inputs = [0.0; WIDTH];
            self.count = 0;
        }
        value
    }
}

leveled! {
    fn scan_blocks(state: &SecondOrderState, inputs: &[f64], output: &mut [f64]) -> [f64; 2] {
        let mut carry = state.carry;
        for (inputs, output) in inputs.chunks_exact(WIDTH).zip(output.chunks_exact_mut(WIDTH)) {
            let values = state.scan(array(0.0, |i| inputs[i]), carry);
            output.copy_from_slice(&values);
            carry = SecondOrderState::carries(values);
        }
        carry
    }
}

impl Dense for SecondOrderState {
    fn run(&mut self, inputs: &[f64], outputs: &mut [&mut [f64]]) {
        let output = &mut *outputs[0];
        if let (Some(steady_gain), Some(first)) = (self.steady_gain, inputs.first()) {
            self.carry = [steady_gain * first; 2];
            self.steady_gain = None;
        }
        let head = ((WIDTH - self.count) % WIDTH).min(inputs.len());
        let tail = head + (inputs.len() - head) / WIDTH * WIDTH;
        for at in 0..head {
            output[at] = self.step(inputs[at]);
        }
        self.carry = scan_blocks(self, &inputs[head..tail], &mut output[head..tail]);
        for at in tail..inputs.len() {
            output[at] = self.step(inputs[at]);
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.steady_gain, &mut self.carry, &mut self.inputs]);
        fields.below(&mut self.count, WIDTH);
    }
}

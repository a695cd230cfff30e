//! Second-order IIR filters (resonators, two-pole smoothers) `y = a1 * y' + a2 * y'' + x`, eight bars per step.
//!
//! The convolution of the block with the impulse response, plus the free response to the two outputs before it (Burrus
//! 1972). Low-pass filters run on changes of the input, as in `block8`: with the gain at frequency 0, `level = 1 / (1 - a1 -
//! a2)`, the deviation `z = y - level * x` is the same recurrence over `-level * ((a1 + a2) c + a2 c')`, where `c = x - x'`;
//! at rest it decays to 0 and `y` becomes `level * x`.
//!
//! Rejected: factoring into two first-order filters, which needs complex arithmetic where the poles are conjugate, and is
//! ill-conditioned where they are close; changes in filters that pass a frequency better than a constant, whose output
//! would be the small difference of two large numbers.

#![allow(clippy::needless_range_loop, reason = "the loops over lanes run over several arrays at once")]

use std::array::from_fn;

use super::block8::{WIDTH, flush_to_zero, one_before};
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
    /// As of [`FirstOrder`](crate::kernel::FirstOrder).
    pub around_zero: bool,
}

parameters!(SecondOrder { a1, a2, steady, around_zero });

impl Kernel for SecondOrder {
    fn lookback(&self) -> usize {
        0
    }

    fn stable_after(&self) -> Option<usize> {
        // The pole of largest modulus determines the asymptotic decay.
        let root = self.root();
        (root < 1.0).then(|| decay_bars(root))
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(SkipNan(SecondOrderState {
            response: Response::new(self),
            first_gain: self.steady.then(|| self.level()),
            carry: Carry::default(),
            inputs: [0.0; WIDTH],
            count: 0,
        }))
    }
}

impl SecondOrder {
    /// The gain at frequency 0.
    fn level(&self) -> f64 {
        1.0 / ((1.0 - self.a1) - self.a2)
    }

    /// The largest modulus of a pole.
    fn root(&self) -> f64 {
        let square = self.a1 * self.a1 + 4.0 * self.a2;
        if square < 0.0 { (-self.a2).sqrt() } else { (self.a1.abs() + square.sqrt()) / 2.0 }
    }

    /// Whether it passes no frequency much better than a constant: its poles are real, or turn less than about three
    /// times as fast as they decay.
    fn is_low_pass(&self) -> bool {
        let decay = 1.0 - self.root();
        self.a1 * self.a1 + 4.0 * self.a2 >= 0.0 || (1.0 - self.a1) - self.a2 <= 10.0 * decay * decay
    }
}

/// The block form of a recurrence.
#[derive(Clone, Copy)]
struct Response {
    /// The response to each input, by input and then by bar; 0 before the input.
    inputs: [[f64; WIDTH]; WIDTH],
    /// The free response to the two outputs before the block, the newer first.
    outputs: [[f64; WIDTH]; 2],
    /// The gain at frequency 0; 0 in a filter that does not run on changes.
    level: f64,
    /// The weights of the input and of its last two changes in what the recurrence runs over.
    sources: [f64; 3],
}

/// What a block hands on to the next.
#[derive(Clone, Copy, Default)]
struct Carry {
    /// The last input.
    last: f64,
    /// The change to it.
    change: f64,
    /// The two deviations before the block, the newer first.
    deviations: [f64; 2],
}

#[derive(Clone)]
struct SecondOrderState {
    response: Response,
    /// The gain at frequency 0, until the first input, in whose steady state the filter starts.
    first_gain: Option<f64>,
    carry: Carry,
    /// The inputs of the current block so far, then any.
    inputs: [f64; WIDTH],
    count: usize,
}

impl Response {
    fn new(kernel: &SecondOrder) -> Self {
        // Each column is the response of the recurrence to a unit impulse in the input or in one of the two outputs.
        let column = |[before, last, first]: [f64; 3]| -> [f64; WIDTH] {
            let (mut older, mut old) = (before, last);
            from_fn(|at| {
                let value = kernel.a1 * old + kernel.a2 * older + if at == 0 { first } else { 0.0 };
                (older, old) = (old, value);
                value
            })
        };
        let impulse = column([0.0, 0.0, 1.0]);
        let on_changes = !kernel.around_zero && kernel.is_low_pass();
        let level = if on_changes { kernel.level() } else { 0.0 };
        Self {
            inputs: from_fn(|input| from_fn(|bar| if bar < input { 0.0 } else { impulse[bar - input] })),
            outputs: [column([0.0, 1.0, 0.0]), column([1.0, 0.0, 0.0])],
            level,
            sources: if on_changes {
                [0.0, -level * (kernel.a1 + kernel.a2), -level * kernel.a2]
            } else {
                [1.0, 0.0, 0.0]
            },
        }
    }

    /// The outputs of a block, each of which depends only on the inputs up to it, and the next carry.
    #[inline(always)]
    fn scan(&self, inputs: &[f64; WIDTH], carry: Carry, output: &mut [f64; WIDTH]) -> Carry {
        let before = one_before(carry.last, inputs);
        let changes: [f64; WIDTH] = array(0.0, |i| inputs[i] - before[i]);
        let changes_before = one_before(carry.change, &changes);
        let [own, now, then] = self.sources;
        let sources: [f64; WIDTH] =
            array(0.0, |i| changes_before[i].mul_add(then, changes[i].mul_add(now, inputs[i] * own)));
        let mut deviations: [f64; WIDTH] = array(0.0, |i| self.inputs[0][i] * sources[0]);
        for (input, response) in self.inputs.iter().enumerate().skip(1) {
            for i in 0..WIDTH {
                deviations[i] = response[i].mul_add(sources[input], deviations[i]);
            }
        }
        let [newer, older] = carry.deviations;
        for i in 0..WIDTH {
            let response = self.outputs[1][i].mul_add(older, deviations[i]);
            deviations[i] = self.outputs[0][i].mul_add(newer, response);
        }
        *output = array(0.0, |i| inputs[i].mul_add(self.level, deviations[i]));
        let [.., older, newer] = deviations;
        let (last, change) = (inputs[WIDTH - 1], changes[WIDTH - 1]);
        Carry { last, change, deviations: [flush_to_zero(newer), flush_to_zero(older)] }
    }
}

leveled! {
    fn scan_blocks(response: &Response, carry: Carry, inputs: &[f64], output: &mut [f64]) -> Carry {
        // A local copy: the compiler can prove that no output overlaps it.
        let (response, mut carry) = (*response, carry);
        for (inputs, output) in inputs.as_chunks::<WIDTH>().0.iter().zip(output.as_chunks_mut::<WIDTH>().0) {
            carry = response.scan(inputs, carry, output);
        }
        carry
    }
}

impl SecondOrderState {
    /// The outputs of inputs within the current block.
    fn partial(&mut self, inputs: &[f64], output: &mut [f64]) {
        if inputs.is_empty() {
            return;
        }
        let bars = self.count..self.count + inputs.len();
        self.inputs[bars.clone()].copy_from_slice(inputs);
        let mut values = [0.0; WIDTH];
        let next = scan_blocks(&self.response, self.carry, &self.inputs, &mut values);
        self.count = bars.end;
        output.copy_from_slice(&values[bars]);
        if self.count == WIDTH {
            (self.carry, self.count) = (next, 0);
        }
    }
}

impl Dense for SecondOrderState {
    fn run(&mut self, inputs: &[f64], outputs: &mut [&mut [f64]]) {
        let output = &mut *outputs[0];
        if let (Some(gain), Some(&first)) = (self.first_gain, inputs.first()) {
            self.carry.last = first;
            self.carry.deviations = [(gain - self.response.level) * first; 2];
            self.first_gain = None;
        }
        let head = ((WIDTH - self.count) % WIDTH).min(inputs.len());
        let tail = head + (inputs.len() - head) / WIDTH * WIDTH;
        self.partial(&inputs[..head], &mut output[..head]);
        self.carry = scan_blocks(&self.response, self.carry, &inputs[head..tail], &mut output[head..tail]);
        self.partial(&inputs[tail..], &mut output[tail..]);
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        let Carry { last, change, deviations } = &mut self.carry;
        fields.visit(&mut [&mut self.first_gain, last, change, deviations, &mut self.inputs]);
        fields.below(&mut self.count, WIDTH);
    }
}

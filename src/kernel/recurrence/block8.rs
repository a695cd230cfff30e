//! Eight bars at a time of a recurrence `y = beta * y' + gain * x`.
//!
//! Each input of a group is added with its weights to all bars of the group at once, and the value before the group comes
//! in at the end; so the way from group to group is one multiplication and one addition. A group that is not full yet
//! keeps its inputs, and each of its values is computed by the same expression as when it is.

#![allow(clippy::needless_range_loop, reason = "the loops over the bars of a group run over several arrays at once")]

use std::array::from_fn;

use super::neumaier::NeumaierSum;
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::simd::tile::array;
use crate::kernel::{Field, Fields};

/// The number of bars of a group.
pub(crate) const WIDTH: usize = 8;

/// What a group hands on that is smaller than this is zero, so that nothing decays into subnormal numbers.
const FLUSH_THRESHOLD: f64 = 1e-290;

/// Eight-bar groups of one recurrence.
#[derive(Clone)]
pub(crate) struct Block8 {
    weights: Weights,
    /// The value before the group at hand.
    pub(crate) carry: f64,
    /// The inputs of the group at hand so far; what comes after them is zero.
    inputs: [f64; WIDTH],
    count: usize,
}

/// The weights of a recurrence.
#[derive(Clone, Copy)]
struct Weights {
    /// Those of each input of a group in each bar of it: 0 in the bars before the input.
    inputs: [[f64; WIDTH]; WIDTH],
    /// Those of the value before the group.
    powers: [f64; WIDTH],
    /// The last of them, for handing on: apart from the others, which are used eight at a time.
    decay: f64,
}

/// The weights of a mean are 1 together, but for so much rounding.
const UNIT_GAIN_TOLERANCE: f64 = 1e-15;

/// A number, and what its rounding took away.
#[derive(Clone, Copy)]
struct DoubleDouble {
    value: f64,
    rest: f64,
}

/// The product of two numbers and its rounding error, exactly (Dekker 1971; one FMA instead of Veltkamp's split).
fn two_product(a: f64, b: f64) -> DoubleDouble {
    let value = a * b;
    DoubleDouble { value, rest: a.mul_add(b, -value) }
}

impl DoubleDouble {
    /// The product with `value + rest`, to about twice the digits of an `f64`.
    fn multiply(self, value: f64, rest: f64) -> Self {
        let product = two_product(self.value, value);
        Self { rest: product.rest + (self.rest * value + self.value * rest), ..product }
    }

    fn rounded(self) -> f64 {
        self.value + self.rest
    }
}

/// What a group hands on.
#[inline(always)]
pub(crate) fn flush_to_zero(last: f64) -> f64 {
    // A branch that is foreseen: choosing between the two would take longer than all else on the way from group to group.
    if magnitude_bits(last) < magnitude_bits(FLUSH_THRESHOLD) { flushed() } else { last }
}

/// What grows with a number whatever its sign, and leaves the busy units for floating-point numbers alone.
#[inline(always)]
fn magnitude_bits(value: f64) -> u64 {
    value.to_bits() << 1
}

#[cold]
fn flushed() -> f64 {
    0.0
}

/// What the inputs of a group add to each of some values, by their weights in those.
#[inline(always)]
pub(crate) fn weighted(weights: &[[f64; WIDTH]; WIDTH], inputs: &[f64; WIDTH]) -> [f64; WIDTH] {
    let mut terms = [[0.0; WIDTH]; WIDTH];
    for input in 0..WIDTH {
        for value in 0..WIDTH {
            terms[input][value] = weights[input][value] * inputs[input];
        }
    }
    for step in [1, 2, 4] {
        for input in (0..WIDTH).step_by(2 * step) {
            for value in 0..WIDTH {
                terms[input][value] += terms[input + step][value];
            }
        }
    }
    // The zero makes a value the same whatever the sign of a later input is, which has no weight in it.
    for value in 0..WIDTH {
        terms[0][value] += 0.0;
    }
    terms[0]
}

impl Weights {
    fn new(beta: f64, gain: f64) -> Self {
        // Of a mean the weights are 1 together, and what rounding took from `beta` is known.
        let rest = (1.0 - beta) - gain;
        let (has_unit_gain, rest) = if rest.abs() < UNIT_GAIN_TOLERANCE { (true, rest) } else { (false, 0.0) };
        let mut power = DoubleDouble { value: 1.0, rest: 0.0 };
        let mut weights = [gain; WIDTH];
        let powers = from_fn(|age| {
            weights[age] = power.multiply(gain, 0.0).rounded();
            power = power.multiply(beta, rest);
            power.rounded()
        });
        let mut inputs: [[f64; WIDTH]; WIDTH] =
            from_fn(|input| from_fn(|bar| if input <= bar { weights[bar - input] } else { 0.0 }));
        for bar in if has_unit_gain { 0..WIDTH } else { 0..0 } {
            // What is handed on comes back, and an error of its weights would grow to that of all groups together.
            let mut missing = NeumaierSum::default();
            missing.add(1.0);
            missing.add(-powers[bar]);
            weights[..=bar].iter().for_each(|weight| missing.add(-weight));
            inputs[bar][bar] += missing.value();
        }
        Self { inputs, powers, decay: powers[WIDTH - 1] }
    }

    /// Puts the values of a group in their place; gives what it hands on.
    #[inline(always)]
    fn scan(&self, inputs: &[f64; WIDTH], carry: f64, output: &mut [f64]) -> f64 {
        let local = weighted(&self.inputs, inputs);
        let mut values = [0.0; WIDTH];
        for bar in 0..WIDTH {
            values[bar] = local[bar] + self.powers[bar] * carry;
        }
        output.copy_from_slice(&values);
        flush_to_zero(local[WIDTH - 1] + self.decay * carry)
    }
}

impl Field for Block8 {
    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.carry, &mut self.inputs]);
        fields.below(&mut self.count, WIDTH);
    }
}

impl Block8 {
    pub(crate) fn new(beta: f64, gain: f64) -> Self {
        Self { weights: Weights::new(beta, gain), carry: 0.0, inputs: [0.0; WIDTH], count: 0 }
    }

    /// How many inputs are missing to the end of the group at hand; none where it has not begun.
    fn missing(&self) -> usize {
        (WIDTH - self.count) % WIDTH
    }

    /// Keeps inputs that come before the end of the group at hand.
    fn push(&mut self, inputs: &[f64]) {
        self.inputs[self.count..][..inputs.len()].copy_from_slice(inputs);
        self.count += inputs.len();
    }

    /// Begins another group.
    fn begin(&mut self, carry: f64) {
        (self.carry, self.inputs, self.count) = (carry, [0.0; WIDTH], 0);
    }

    /// The values at inputs that end in the group at hand.
    fn partial(&mut self, inputs: &[f64], output: &mut [f64]) {
        if inputs.is_empty() {
            return;
        }
        let first = self.count;
        self.push(inputs);
        let mut values = [0.0; WIDTH];
        let last = scan_blocks(&self.weights, self.carry, &self.inputs, &mut values);
        output.copy_from_slice(&values[first..self.count]);
        if self.count == WIDTH {
            self.begin(last);
        }
    }

    /// The values at more inputs.
    pub(crate) fn run(&mut self, inputs: &[f64], output: &mut [f64]) {
        let head = self.missing().min(inputs.len());
        let tail = head + (inputs.len() - head) / WIDTH * WIDTH;
        self.partial(&inputs[..head], &mut output[..head]);
        self.carry = scan_blocks(&self.weights, self.carry, &inputs[head..tail], &mut output[head..tail]);
        self.partial(&inputs[tail..], &mut output[tail..]);
    }
}

leveled! {
    /// The values of whole groups; gives what the last hands on.
    fn scan_blocks(weights: &Weights, carry: f64, inputs: &[f64], output: &mut [f64]) -> f64 {
        // Of its own, which no output can be thought to overlap.
        let (weights, mut carry) = (*weights, carry);
        let (inputs, _) = inputs.as_chunks::<WIDTH>();
        for (inputs, output) in inputs.iter().zip(output.chunks_exact_mut(WIDTH)) {
            carry = weights.scan(inputs, carry, output);
        }
        carry
    }
}

/// As many recurrences as are advanced side by side.
const LANES: usize = WIDTH;

/// Advances recurrences over the same inputs without giving their values.
pub(crate) fn advance(all: &mut [&mut Block8], inputs: &[f64]) {
    // Only groups that end at the same bars go side by side.
    all.sort_unstable_by_key(|scan| scan.missing());
    for alike in all.chunk_by_mut(|one, other| one.missing() == other.missing()) {
        let head = alike[0].missing().min(inputs.len());
        alike.iter_mut().for_each(|scan| scan.push(&inputs[..head]));
        let ended = usize::from(alike[0].count == WIDTH);
        let (full, tail) = inputs[head..].as_chunks::<WIDTH>();
        for some in alike.chunks_mut(LANES) {
            let first = some[0].inputs;
            let state = SideBySide::new(array(&*some[0], |lane| &*some[lane.min(some.len() - 1)]));
            let carries = carries(&state, &[first][..ended], full);
            let begins = ended == 1 || !full.is_empty();
            for (scan, carry) in some.iter_mut().zip(carries) {
                if begins {
                    scan.begin(carry);
                }
                scan.push(tail);
            }
        }
    }
}

/// Recurrences side by side: of their weights only those of the last bar of a group count.
struct SideBySide {
    inputs: [[f64; LANES]; WIDTH],
    decays: [f64; LANES],
    carries: [f64; LANES],
}

impl SideBySide {
    fn new(of: [&Block8; LANES]) -> Self {
        Self {
            inputs: from_fn(|input| from_fn(|lane| of[lane].weights.inputs[input][WIDTH - 1])),
            decays: from_fn(|lane| of[lane].weights.decay),
            carries: from_fn(|lane| of[lane].carry),
        }
    }

    /// What comes after one more group, before it is handed on.
    #[inline(always)]
    fn after(&self, inputs: &[f64; WIDTH], carries: [f64; LANES]) -> [f64; LANES] {
        let mut next = weighted(&self.inputs, inputs);
        for lane in 0..LANES {
            next[lane] += self.decays[lane] * carries[lane];
        }
        next
    }
}

leveled! {
    /// What the last of whole groups hands on, of several recurrences.
    fn carries(state: &SideBySide, first: &[[f64; WIDTH]], others: &[[f64; WIDTH]]) -> [f64; LANES] {
        let (mut carries, mut least) = (state.carries, [u64::MAX; LANES]);
        for blocks in [first, others] {
            for inputs in blocks {
                carries = state.after(inputs, carries);
                for lane in 0..LANES {
                    least[lane] = least[lane].min(magnitude_bits(carries[lane]));
                }
            }
        }
        // Silence is rare, and looked for at the end: then all is done once more.
        if least.iter().all(|&least| least >= magnitude_bits(FLUSH_THRESHOLD)) { carries } else { carries_flushed(state, first, others) }
    }

    fn carries_flushed(state: &SideBySide, first: &[[f64; WIDTH]], others: &[[f64; WIDTH]]) -> [f64; LANES] {
        let mut carries = state.carries;
        for blocks in [first, others] {
            for inputs in blocks {
                carries = state.after(inputs, carries);
                for lane in 0..LANES {
                    carries[lane] = flush_to_zero(carries[lane]);
                }
            }
        }
        carries
    }
}

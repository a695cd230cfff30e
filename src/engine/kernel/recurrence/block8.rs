//! Blocked scan of a first-order recurrence (IIR) `y = beta * y' + gain * x`, eight bars per step.
//!
//! Block form of a recursive filter (Burrus 1972; for SIMD, Kutil 2008): with the lower-triangular Toeplitz matrix `H`
//! of the impulse response, a block is `y = H x + [beta^1 .. beta^8] * carry`. `H x` does not depend on the carry, so
//! the serial chain is one multiplication and one addition per block.
//!
//! Invariants: a partial block stores its inputs and evaluates the same expression with zeros after them, so every value
//! has the same bits for any division of the stream; the weights of a mean sum to 1 in each row, so a constant input is
//! a fixed point.
//!
//! Rejected: the bar-by-bar loop, whose chain is eight times as long; a Kogge-Stone scan (1973; Hillis and Steele
//! 1986), three dependent steps of shuffles where constant `beta` allows independent products (`adaptive` needs it, as
//! its factors vary); one chunk of the series per lane, which needs a fix-up pass and the series in advance.

#![allow(clippy::needless_range_loop, reason = "the loops over the bars of a block run over several arrays at once")]

use std::array::from_fn;

use super::neumaier::NeumaierSum;
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::simd::tile::array;
use crate::kernel::{Field, Fields};

/// The number of bars in a block.
pub(crate) const WIDTH: usize = 8;

/// A carry smaller than this is flushed to zero: a decaying output would end in subnormal numbers, which many CPUs
/// compute a hundred times slower. Setting FTZ in the CPU would change the results of everything else on the thread.
const FLUSH_THRESHOLD: f64 = 1e-290;

/// The blocked scan of one recurrence.
#[derive(Clone)]
pub(crate) struct Block8 {
    weights: Weights,
    /// The output before the current block.
    pub(crate) carry: f64,
    /// The inputs of the current block so far, then zeros.
    inputs: [f64; WIDTH],
    count: usize,
}

/// The block form of a recurrence.
#[derive(Clone, Copy)]
struct Weights {
    /// `H`, by input and then by bar: the impulse response, 0 before the input.
    inputs: [[f64; WIDTH]; WIDTH],
    /// `beta^1 .. beta^8`, the weights of the carry.
    powers: [f64; WIDTH],
    /// `beta^8`, for the carry: a separate scalar, as `powers` lives in a vector register.
    decay: f64,
}

/// A filter whose DC gain is 1 within this tolerance is a mean.
const UNIT_GAIN_TOLERANCE: f64 = 1e-15;

/// An unevaluated sum `value + rest`, with about twice the digits of an `f64`.
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

/// The carry of a block, flushed to zero below the threshold.
#[inline(always)]
pub(crate) fn flush_to_zero(last: f64) -> f64 {
    // Predictable branch; a select would lengthen the dependency chain.
    if magnitude_bits(last) < magnitude_bits(FLUSH_THRESHOLD) { flushed() } else { last }
}

/// An integer that orders numbers by magnitude; comparing it leaves the floating-point ports free.
#[inline(always)]
fn magnitude_bits(value: f64) -> u64 {
    value.to_bits() << 1
}

#[cold]
fn flushed() -> f64 {
    0.0
}

/// The matrix-vector product `H x`, summed pairwise.
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
    // Adding +0.0 turns -0.0 into 0.0; otherwise the sign of a later input with weight 0 could leak.
    for value in 0..WIDTH {
        terms[0][value] += 0.0;
    }
    terms[0]
}

impl Weights {
    fn new(beta: f64, gain: f64) -> Self {
        // The weights of a mean sum to 1, so the rounding error of `beta` is known.
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
            // The carry is fed back: if a row did not sum to 1, a constant input would drift with every block.
            let mut missing = NeumaierSum::default();
            missing.add(1.0);
            missing.add(-powers[bar]);
            weights[..=bar].iter().for_each(|weight| missing.add(-weight));
            inputs[bar][bar] += missing.value();
        }
        Self { inputs, powers, decay: powers[WIDTH - 1] }
    }

    /// Writes the outputs of a block and returns its carry.
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

    /// The number of inputs until the current block is full; 0 if it is empty.
    fn missing(&self) -> usize {
        (WIDTH - self.count) % WIDTH
    }

    /// Appends inputs to the current block.
    fn push(&mut self, inputs: &[f64]) {
        self.inputs[self.count..][..inputs.len()].copy_from_slice(inputs);
        self.count += inputs.len();
    }

    /// Begins the next block.
    fn begin(&mut self, carry: f64) {
        (self.carry, self.inputs, self.count) = (carry, [0.0; WIDTH], 0);
    }

    /// The outputs of inputs within the current block.
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

    /// The outputs of the next inputs.
    pub(crate) fn run(&mut self, inputs: &[f64], output: &mut [f64]) {
        let head = self.missing().min(inputs.len());
        let tail = head + (inputs.len() - head) / WIDTH * WIDTH;
        self.partial(&inputs[..head], &mut output[..head]);
        self.carry = scan_blocks(&self.weights, self.carry, &inputs[head..tail], &mut output[head..tail]);
        self.partial(&inputs[tail..], &mut output[tail..]);
    }
}

leveled! {
    /// The outputs of full blocks; returns the last carry.
    fn scan_blocks(weights: &Weights, carry: f64, inputs: &[f64], output: &mut [f64]) -> f64 {
        // A local copy: the compiler can prove that no output overlaps it.
        let (weights, mut carry) = (*weights, carry);
        let (inputs, _) = inputs.as_chunks::<WIDTH>();
        for (inputs, output) in inputs.iter().zip(output.chunks_exact_mut(WIDTH)) {
            carry = weights.scan(inputs, carry, output);
        }
        carry
    }
}

/// The number of recurrences advanced in parallel, one per lane.
const LANES: usize = WIDTH;

/// Advances recurrences over the same inputs without outputs: computes only the carries, one recurrence per lane.
pub(crate) fn advance(all: &mut [&mut Block8], inputs: &[f64]) {
    // Only recurrences in phase, whose blocks end at the same bars, share a vector.
    all.sort_unstable_by_key(|scan| scan.missing());
    for in_phase in all.chunk_by_mut(|one, other| one.missing() == other.missing()) {
        let head = in_phase[0].missing().min(inputs.len());
        in_phase.iter_mut().for_each(|scan| scan.push(&inputs[..head]));
        let ended = usize::from(in_phase[0].count == WIDTH);
        let (full, tail) = inputs[head..].as_chunks::<WIDTH>();
        for group in in_phase.chunks_mut(LANES) {
            let first = group[0].inputs;
            let state = RecurrencePerLane::new(array(&*group[0], |lane| &*group[lane.min(group.len() - 1)]));
            let carries = carries(&state, &[first][..ended], full);
            let begins = ended == 1 || !full.is_empty();
            for (scan, carry) in group.iter_mut().zip(carries) {
                if begins {
                    scan.begin(carry);
                }
                scan.push(tail);
            }
        }
    }
}

/// One recurrence per lane: only the last row of each `H` is needed.
struct RecurrencePerLane {
    inputs: [[f64; LANES]; WIDTH],
    decays: [f64; LANES],
    carries: [f64; LANES],
}

impl RecurrencePerLane {
    fn new(of: [&Block8; LANES]) -> Self {
        Self {
            inputs: from_fn(|input| from_fn(|lane| of[lane].weights.inputs[input][WIDTH - 1])),
            decays: from_fn(|lane| of[lane].weights.decay),
            carries: from_fn(|lane| of[lane].carry),
        }
    }

    /// The carries after one more block, before the flush to zero.
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
    /// The carries after full blocks.
    fn carries(state: &RecurrencePerLane, first: &[[f64; WIDTH]], others: &[[f64; WIDTH]]) -> [f64; LANES] {
        let (mut carries, mut least) = (state.carries, [u64::MAX; LANES]);
        for blocks in [first, others] {
            for inputs in blocks {
                carries = state.after(inputs, carries);
                for lane in 0..LANES {
                    least[lane] = least[lane].min(magnitude_bits(carries[lane]));
                }
            }
        }
        // A flush is rare and detected at the end: all blocks then run again with it.
        if least.iter().all(|&least| least >= magnitude_bits(FLUSH_THRESHOLD)) { carries } else { carries_flushed(state, first, others) }
    }

    fn carries_flushed(state: &RecurrencePerLane, first: &[[f64; WIDTH]], others: &[[f64; WIDTH]]) -> [f64; LANES] {
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

//! Blocked scan of a first-order recurrence (IIR) `y = beta * y' + gain * x`, eight bars per step.
//!
//! It runs on differences. Let `level = gain / (1 - beta)` be the gain at frequency 0, 1 for a mean. The deviation of the
//! output from that at rest on the current input, `y - level * x`, is `-level * beta * u`, where `u = beta * u' + (x - x')`
//! is the same recurrence over the changes of the input. A prefix scan (Sklansky 1960; for recurrences Kogge and Stone
//! 1973) makes three doubling steps of one move between lanes and one fused multiply-add each; then `u += [beta^1 ..
//! beta^8] * carry`. The serial chain is one fused multiply-add per block.
//!
//! Invariants. At rest the changes are 0 and the carry decays, so that `y` becomes `level * x` and nothing else at every
//! place in the block: the price itself, if the weights are those of a mean. (Where inputs are themselves changes, which
//! rest at 0, the recurrence runs over them: `level` is 0, and the output decays to 0.) A lane depends on inputs up to it only, so a
//! partial block evaluates the same expression. The tree and the roundings are fixed: every register width and the form
//! of `per_lane` give the same bits.
//!
//! Rejected, with ns per bar of ema(12) at AVX2 / AVX-512 on an Intel Xeon of 2024, where this takes 0.38 / 0.36 and
//! the sequential form 1.30: the triangular matrix of the impulse response, 64 products a block (1.03 / 0.64), which
//! flickers at rest, as the sum of its rounded weights differs from place to place; this scan in plain arrays (0.54 /
//! 0.73); differences to an input before the block (0.41 / 0.39), which a huge bar makes inexact; four or eight blocks
//! side by side after a transposition, sequential within each (0.52 / 0.43); the scans of a chain of averages on the same
//! block in one loop, whose latencies add up (six: 3.0 for 2.5 one after the other): `chain` gives each a block of its
//! own.

use std::array::from_fn;

use crate::kernel::simd::vector8::{Same, Vector8, vectored};
use crate::kernel::{Field, Fields};

/// The number of bars in a block.
pub(crate) const WIDTH: usize = 8;

/// A carry smaller than this is flushed to zero: a decaying output would end in subnormal numbers, which many CPUs
/// compute a hundred times slower. Setting FTZ in the CPU would change the results of everything else on the thread.
pub(super) const FLUSH_THRESHOLD: f64 = 1e-290;

/// A filter whose gain at frequency 0 is 1 within this tolerance is a mean.
const UNIT_GAIN_TOLERANCE: f64 = 1e-15;

/// The blocked scan of one recurrence.
#[derive(Clone)]
pub(crate) struct Block8 {
    pub(super) weights: Weights,
    pub(super) carry: Carry,
    /// The inputs of the current block so far, then any.
    pub(super) inputs: [f64; WIDTH],
    pub(super) count: usize,
    /// The number of inputs until the first block, which are blocks of their own.
    pub(super) missing: usize,
}

/// What a block hands on to the next.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Carry {
    /// The last input.
    pub(super) last: f64,
    /// The recurrence over the changes, `u`.
    pub(super) changes: f64,
}

/// The block form of a recurrence.
#[derive(Clone, Copy)]
pub(crate) struct Weights {
    /// `beta` in the second lane of each pair, 0 in the first.
    pairs: [f64; WIDTH],
    /// `beta^1`, `beta^2` in the second pair of each half, 0 in the first.
    quads: [f64; WIDTH],
    /// `beta^1 .. beta^4` in the second half, 0 in the first.
    halves: [f64; WIDTH],
    /// `beta^1 .. beta^8`.
    pub(super) powers: [f64; WIDTH],
    /// The output at rest on an input of 1; 0 around zero.
    pub(super) level: f64,
    /// The weight of the changes, `-level * beta`; around zero the weight of the input.
    pub(super) lag: f64,
    /// The weight of the input before in a change: 1, or 0 around zero.
    pub(super) past: f64,
}

/// Forms of the scan: of a filter with any gain at frequency 0; of a mean, where it is 1; of values that are 0 at rest,
/// which are changes themselves.
pub(super) const GENERAL: usize = 0;
pub(super) const MEAN: usize = 1;
pub(super) const AROUND_ZERO: usize = 2;

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
    if is_negligible(last) { flushed() } else { last }
}

#[inline(always)]
pub(super) fn is_negligible(value: f64) -> bool {
    magnitude_bits(value) < magnitude_bits(FLUSH_THRESHOLD)
}

/// An integer that orders numbers by magnitude; comparing it leaves the floating-point ports free.
#[inline(always)]
pub(super) fn magnitude_bits(value: f64) -> u64 {
    value.to_bits() << 1
}

#[cold]
pub(super) fn flushed() -> f64 {
    0.0
}

impl Weights {
    /// Those of no recurrence.
    pub(super) const NONE: Self = Self {
        pairs: [0.0; WIDTH],
        quads: [0.0; WIDTH],
        halves: [0.0; WIDTH],
        powers: [0.0; WIDTH],
        level: 0.0,
        lag: 0.0,
        past: 0.0,
    };

    pub(super) fn new(beta: f64, gain: f64, around_zero: bool) -> Self {
        // The weights of a mean sum to 1, so the rounding error of `beta` is known.
        let rest = (1.0 - beta) - gain;
        let is_mean = rest.abs() < UNIT_GAIN_TOLERANCE;
        let rest = if is_mean { rest } else { 0.0 };
        let mut power = DoubleDouble { value: 1.0, rest: 0.0 };
        let powers: [f64; WIDTH] = from_fn(|_| {
            power = power.multiply(beta, rest);
            power.rounded()
        });
        let [one, two, three, four, ..] = powers;
        let level = if is_mean { 1.0 } else { gain / (1.0 - beta) };
        let (level, lag, past) = if around_zero { (0.0, gain, 0.0) } else { (level, -level * one, 1.0) };
        Self {
            pairs: [0.0, one, 0.0, one, 0.0, one, 0.0, one],
            quads: [0.0, 0.0, one, two, 0.0, 0.0, one, two],
            halves: [0.0, 0.0, 0.0, 0.0, one, two, three, four],
            powers,
            level,
            lag,
            past,
        }
    }

    /// Which form of the scan computes it.
    pub(super) fn form(&self) -> usize {
        match (self.level, self.past) {
            (1.0, _) => MEAN,
            (_, 0.0) => AROUND_ZERO,
            _ => GENERAL,
        }
    }

    /// Consumes one input as a block of its own.
    fn step(&self, carry: Carry, input: f64) -> (f64, Carry) {
        let is_change = self.form() == AROUND_ZERO;
        let change = if is_change { input } else { input - carry.last };
        let changes = carry.changes.mul_add(self.powers[0], change);
        let output = if is_change { changes * self.lag } else { changes.mul_add(self.lag, self.level * input) };
        (output, Carry { last: input, changes: flush_to_zero(changes) })
    }
}

/// The weights in registers.
#[derive(Clone, Copy)]
pub(crate) struct Loaded<V: Vector8> {
    pairs: V,
    quads: V,
    halves: V,
    pub(super) powers: V,
    decay: V::Same,
    level: V,
    lag: V,
}

impl<V: Vector8> Loaded<V> {
    #[inline(always)]
    pub(super) fn new(weights: &Weights) -> Self {
        Self {
            pairs: V::load(&weights.pairs),
            quads: V::load(&weights.quads),
            halves: V::load(&weights.halves),
            powers: V::load(&weights.powers),
            decay: V::Same::new(weights.powers[WIDTH - 1]),
            level: V::splat(weights.level),
            lag: V::splat(weights.lag),
        }
    }

    /// The scan of a block from a carry of 0: `u = beta * u' + d`.
    #[inline(always)]
    pub(super) fn local(&self, changes: V) -> V {
        let pairs = changes.first_of_pairs().times_plus(self.pairs, changes);
        let quads = pairs.first_pair_of_halves().times_plus(self.quads, pairs);
        quads.add_3(self.halves)
    }

    /// The outputs of a block, given the inputs and those one bar before, which around zero are not read. `carry`
    /// becomes that of the next block.
    #[inline(always)]
    pub(super) fn scan<const FORM: usize>(&self, inputs: V, before: V, carry: &mut V::Same) -> V {
        let local = self.local(if FORM == AROUND_ZERO { inputs } else { inputs - before });
        let changes = V::spread(*carry).times_plus(self.powers, local);
        *carry = carry.times_plus(self.decay, local.last());
        if is_negligible(carry.value()) {
            *carry = V::Same::new(flushed());
        }
        match FORM {
            MEAN => changes.times_plus(self.lag, inputs),
            AROUND_ZERO => changes * self.lag,
            _ => changes.times_plus(self.lag, inputs * self.level),
        }
    }
}

impl Field for Block8 {
    fn visit(&mut self, fields: &mut Fields<'_>) {
        let Carry { last, changes } = &mut self.carry;
        fields.visit(&mut [last, changes, &mut self.inputs]);
        fields.below(&mut self.count, WIDTH);
        fields.below(&mut self.missing, WIDTH);
    }
}

impl Block8 {
    pub(super) fn new(weights: Weights) -> Self {
        Self { weights, carry: Carry::default(), inputs: [0.0; WIDTH], count: 0, missing: 0 }
    }

    /// Starts with an output, after the input at that bar, `missing` bars before the first block.
    pub(crate) fn start(&mut self, output: f64, input: f64, missing: usize) {
        let Weights { level, lag, .. } = self.weights;
        let deviation = output - level * input;
        // Without a memory the weight is 0.
        let changes = if lag == 0.0 { 0.0 } else { deviation / lag };
        (self.carry, self.missing) = (Carry { last: input, changes }, missing);
    }

    /// The outputs of inputs before the first block; returns their number.
    pub(super) fn lead(&mut self, inputs: &[f64], output: &mut [f64]) -> usize {
        let count = self.missing.min(inputs.len());
        for (input, output) in inputs[..count].iter().zip(output) {
            (*output, self.carry) = self.weights.step(self.carry, *input);
        }
        self.missing -= count;
        count
    }

    /// The number of inputs until the current block is full; 0 if it is empty.
    pub(super) fn free(&self) -> usize {
        (WIDTH - self.count) % WIDTH
    }

    /// Appends inputs to the current block.
    pub(super) fn push(&mut self, inputs: &[f64]) {
        self.inputs[self.count..][..inputs.len()].copy_from_slice(inputs);
        self.count += inputs.len();
    }

    /// The outputs of inputs within the current block.
    fn partial(&mut self, inputs: &[f64], output: &mut [f64]) {
        if inputs.is_empty() {
            return;
        }
        let first = self.count;
        self.push(inputs);
        let mut values = [0.0; WIDTH];
        let (mut window, last) = ([self.carry.last; WIDTH + 1], self.inputs[WIDTH - 1]);
        window[1..].copy_from_slice(&self.inputs);
        let changes = self.scan(&window, &mut values);
        output.copy_from_slice(&values[first..self.count]);
        if self.count == WIDTH {
            (self.carry, self.count) = (Carry { last, changes }, 0);
        }
    }

    fn scan(&self, inputs: &[f64], output: &mut [f64]) -> f64 {
        let scan_blocks = match self.weights.form() {
            MEAN => scan_blocks::<MEAN>,
            AROUND_ZERO => scan_blocks::<AROUND_ZERO>,
            _ => scan_blocks::<GENERAL>,
        };
        scan_blocks(&self.weights, self.carry.changes, inputs, output)
    }

    /// The outputs of the next inputs.
    pub(crate) fn run(&mut self, inputs: &[f64], output: &mut [f64]) {
        let lead = self.lead(inputs, output);
        let (inputs, output) = (&inputs[lead..], &mut output[lead..]);
        // The first block too is one by itself, as the input before it is elsewhere.
        let head = (self.free() + WIDTH).min(inputs.len());
        let (begin, first) = (self.free().min(head), &inputs[..head]);
        self.partial(&first[..begin], &mut output[..begin]);
        self.partial(&first[begin..], &mut output[begin..head]);
        let tail = head + (inputs.len() - head) / WIDTH * WIDTH;
        if head < tail {
            let changes = self.scan(&inputs[head - 1..tail], &mut output[head..tail]);
            self.carry = Carry { last: inputs[tail - 1], changes };
        }
        self.partial(&inputs[tail..], &mut output[tail..]);
    }
}

/// The inputs one bar before those of a block: the last input, and all but the last of the block.
#[inline(always)]
pub(super) fn one_before(last: f64, inputs: &[f64; WIDTH]) -> [f64; WIDTH] {
    let [a, b, c, d, e, f, g, _] = *inputs;
    [last, a, b, c, d, e, f, g]
}

/// The blocks of inputs that follow one more input, and for each the inputs one bar before.
#[inline(always)]
pub(super) fn blocks_after_one(inputs: &[f64]) -> impl Iterator<Item = (&[f64; WIDTH], &[f64; WIDTH])> {
    let before = inputs.as_chunks::<WIDTH>().0;
    inputs.get(1..).unwrap_or_default().as_chunks::<WIDTH>().0.iter().zip(before)
}

vectored! {
    /// The outputs of full blocks of inputs after one more input; returns the recurrence over the changes.
    fn scan_blocks<const FORM: usize>(weights: &Weights, changes: f64, inputs: &[f64], output: &mut [f64]) -> f64 {
        let (weights, mut changes) = (Loaded::<V>::new(weights), V::Same::new(changes));
        for ((inputs, before), output) in blocks_after_one(inputs).zip(output.as_chunks_mut::<WIDTH>().0) {
            weights.scan::<FORM>(V::load(inputs), V::load(before), &mut changes).store(output);
        }
        changes.value()
    }
}

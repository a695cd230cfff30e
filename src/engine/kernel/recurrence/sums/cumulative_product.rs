//! Compounded growth: the cumulative product of the ratios of selected bars.
//!
//! Ratios are computed for a block of bars first, as divisions of vectors; their products are a prefix scan, so that the
//! serial chain is one product per eight bars. A ratio of 1 is exact: the index stands still where no bar is selected.

use crate::kernel::recurrence::block8::WIDTH;
use crate::kernel::recurrence::blocked::{BlockScan, Blocked};
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::simd::vector8::{Same, vectored};
use crate::kernel::state::skip_nan::{Dense, all_exist, exists};
use crate::kernel::{BLOCK, Fields, Kernel, Memory, State, parameters};

/// An index that compounds the ratios of the first input to the one before at bars where the second rose, or fell.
#[derive(Debug, Clone)]
pub struct CompoundGrowth {
    /// The first value.
    pub start: f64,
    /// Whether the second input must rise; otherwise it must fall.
    pub rising: bool,
}

parameters!(CompoundGrowth { start, rising });

impl Kernel for CompoundGrowth {
    fn lookback(&self) -> usize {
        0
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn is_canonical(&self) -> bool {
        true
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(CompoundGrowthState {
            rising: self.rising,
            before: None,
            index: Blocked::new(PrefixProduct, self.start),
        })
    }
}

#[derive(Clone)]
struct CompoundGrowthState {
    rising: bool,
    /// The inputs of the previous bar.
    before: Option<[f64; 2]>,
    index: Blocked<PrefixProduct>,
}

/// Products of all values so far; the carry is the product before a block.
#[derive(Clone)]
struct PrefixProduct;

/// 1 where the scan takes no factor: in the first lane of each pair, and in the first pair of each half.
const NO_FACTOR: [[f64; WIDTH]; 2] =
    [[1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0], [1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0]];

vectored! {
    fn multiply_blocks(before: f64, inputs: &[f64], output: &mut [f64]) -> f64 {
        let (one, mut before) = (V::splat(1.0), V::Same::new(before));
        let [no_pair, no_half] = [V::load(&NO_FACTOR[0]), V::load(&NO_FACTOR[1])];
        for (inputs, output) in inputs.as_chunks::<WIDTH>().0.iter().zip(output.as_chunks_mut::<WIDTH>().0) {
            let values = V::load(inputs);
            let pairs = values * one.unless_zero(no_pair, values.first_of_pairs());
            let halves = pairs * one.unless_zero(no_half, pairs.first_pair_of_halves());
            let products = halves * halves.broadcast_3(one);
            (V::spread(before) * products).store(output);
            before = before * products.last();
        }
        before.value()
    }
}

impl BlockScan for PrefixProduct {
    type Carry = f64;

    fn scan(&self, carry: f64, inputs: &[f64], output: &mut [f64]) -> f64 {
        multiply_blocks(carry, inputs, output)
    }
}

/// The factor of a bar: its ratio to the one before where it is selected and that is not 0, else 1.
#[inline(always)]
fn factor(rising: bool, [x, weight]: [f64; 2], [x_before, weight_before]: [f64; 2]) -> f64 {
    let counts = if rising { weight > weight_before } else { weight < weight_before };
    if counts & (x_before != 0.0) { x / x_before } else { 1.0 }
}

leveled! {
    /// The factors of bars after the first of the inputs.
    fn factors(rising: bool, x: &[f64], weights: &[f64], output: &mut [f64]) {
        let bars = x.windows(2).zip(weights.windows(2));
        for ((x, weights), output) in bars.zip(output) {
            *output = factor(rising, [x[1], weights[1]], [x[0], weights[0]]);
        }
    }
}

impl CompoundGrowthState {
    /// The values at bars without gaps.
    fn run(&mut self, x: &[f64], weights: &[f64], output: &mut [f64]) {
        let mut all = [0.0; BLOCK];
        let all = &mut all[..x.len()];
        let first = [x[0], weights[0]];
        // The first bar of all has no bar before.
        all[0] = self.before.map_or(1.0, |before| factor(self.rising, first, before));
        factors(self.rising, x, weights, &mut all[1..]);
        self.before = Some([x[x.len() - 1], weights[x.len() - 1]]);
        self.index.run(all, &mut [output]);
        // An index that overflows stays infinite, or is none.
        output.iter_mut().filter(|value| value.is_nan()).for_each(|value| *value = f64::NAN);
    }
}

impl State for CompoundGrowthState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let ([x, weights], output) = ([inputs[0], inputs[1]], &mut *outputs[0]);
        if all_exist(x) && all_exist(weights) {
            return self.run(x, weights, output);
        }
        for at in 0..x.len() {
            if exists(x[at]) && exists(weights[at]) {
                self.run(&x[at..=at], &weights[at..=at], &mut output[at..=at]);
            } else {
                output[at] = f64::NAN;
            }
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.before]);
        Dense::visit(&mut self.index, fields);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

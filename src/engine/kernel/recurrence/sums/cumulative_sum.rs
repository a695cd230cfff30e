//! Cumulative sum (prefix sum) of all values so far.
//!
//! Blocks of eight are summed by the prefix scan of `block8`, whose factor is 1 here; the sum before the block is
//! compensated (Neumaier 1974), as its error would persist in every later value. A plain running sum loses digits with
//! every order of magnitude that the total is above its terms.

use super::neumaier::NeumaierSum;
use crate::kernel::recurrence::block8::{Loaded, WIDTH, Weights};
use crate::kernel::recurrence::blocked::{BlockScan, Blocked};
use crate::kernel::simd::canonical_nan::canonicalize_in_place;
use crate::kernel::simd::vector8::{Same, Vector8, vectored};
use crate::kernel::state::skip_nan::SkipNan;
use crate::kernel::{Kernel, Memory, State, parameters};

/// The sum of all values so far.
#[derive(Debug, Clone)]
pub struct CumulativeSum;

parameters!(CumulativeSum);

impl Kernel for CumulativeSum {
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
        Box::new(SkipNan(PrefixSum::start()))
    }
}

/// The sum before a block is the carry.
#[derive(Clone)]
pub(crate) struct PrefixSum(pub(crate) Weights);

impl PrefixSum {
    /// The sums before the first value.
    pub(crate) fn start() -> Blocked<Self> {
        Blocked::new(Self(Weights::new(1.0, 1.0, true)), NeumaierSum::default())
    }
}

/// The sums of blocks in registers.
pub(crate) struct Summation<V: Vector8> {
    weights: Loaded<V>,
    sum: V::Same,
    rest: V::Same,
}

impl<V: Vector8> Summation<V> {
    #[inline(always)]
    pub(crate) fn new(weights: &Weights, before: NeumaierSum) -> Self {
        Self { weights: Loaded::new(weights), sum: V::Same::new(before.sum), rest: V::Same::new(before.rest) }
    }

    /// The sums at the next block.
    #[inline(always)]
    pub(crate) fn next(&mut self, now: V) -> V {
        let local = self.weights.local(now);
        let values = V::spread(self.sum) + (V::spread(self.rest) + local);
        // The error of a sum without a comparison (TwoSum, Knuth 1969): the same number as in `NeumaierSum::add`.
        let value = local.last();
        let sum = self.sum + value;
        let added = sum - self.sum;
        let lost = (self.sum - (sum - added)) + (value - added);
        (self.sum, self.rest) = (sum, self.rest + lost);
        values
    }

    #[inline(always)]
    pub(crate) fn total(&self) -> NeumaierSum {
        NeumaierSum { sum: self.sum.value(), rest: self.rest.value() }
    }
}

vectored! {
    fn scan_blocks(weights: &Weights, before: NeumaierSum, inputs: &[f64], output: &mut [f64]) -> NeumaierSum {
        let mut sums = Summation::<V>::new(weights, before);
        for (inputs, output) in inputs.as_chunks::<WIDTH>().0.iter().zip(output.as_chunks_mut::<WIDTH>().0) {
            sums.next(V::load(inputs)).store(output);
        }
        sums.total()
    }
}

impl BlockScan for PrefixSum {
    type Carry = NeumaierSum;

    fn scan(&self, carry: NeumaierSum, inputs: &[f64], output: &mut [f64]) -> NeumaierSum {
        let after = scan_blocks(&self.0, carry, inputs, output);
        // The values exist, so only a sum that overflows can give NaN.
        if !after.value().is_finite() {
            canonicalize_in_place(output);
        }
        after
    }
}

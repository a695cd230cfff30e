//! Gaps: bars without a value are compacted away, and the kernel sees the dense sequence of the others.
//!
//! Invariant: a gap leaves the state untouched, so that the values after it are those of the series without the gap.
//! Compaction and scatter cost two passes over blocks with gaps only; a mask in every kernel would cost every block.

use crate::kernel::simd::dispatch::leveled;
use crate::kernel::{BLOCK, Fields, State};

/// A value of this magnitude or more counts as missing, as does NaN: sums of the others cannot overflow. A power of two
/// (2^996, about 7e299), so that the exponent tells.
const LIMIT: f64 = f64::from_bits(LIMIT_EXPONENT << 52);

/// The exponent of `LIMIT` as it is stored, of 11 bits.
const LIMIT_EXPONENT: u64 = 996 + 1023;

/// A state that is fed existing values only.
pub(crate) trait Dense: Clone + Send + Sync + 'static {
    /// The values at the next inputs.
    fn run(&mut self, inputs: &[f64], outputs: &mut [&mut [f64]]);

    /// As [`State::advance`].
    fn advance(&mut self, inputs: &[f64], outputs: &mut [&mut [f64]]) {
        self.run(inputs, outputs);
    }

    /// As [`State::visit`].
    fn visit(&mut self, fields: &mut Fields<'_>);
}

/// Feeds a dense state the bars with a value.
#[derive(Clone)]
pub(crate) struct SkipNan<G>(pub(crate) G);

impl<G: Dense> State for SkipNan<G> {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let input = inputs[0];
        if all_exist(input) {
            return self.0.run(input, outputs);
        }
        let first = input.iter().position(|value| exists(*value)).unwrap_or(input.len());
        if all_exist(&input[first..]) {
            let mut parts: Vec<&mut [f64]> = Vec::with_capacity(outputs.len());
            for output in outputs {
                let (before, rest) = output.split_at_mut(first);
                before.fill(f64::NAN);
                parts.push(rest);
            }
            return self.0.run(&input[first..], &mut parts);
        }
        let mut dense = [0.0; BLOCK];
        let mut count = 0;
        for value in input.iter().filter(|value| exists(**value)) {
            dense[count] = *value;
            count += 1;
        }
        let mut parts: Vec<&mut [f64]> = outputs.iter_mut().map(|output| &mut output[..count]).collect();
        self.0.run(&dense[..count], &mut parts);
        outputs.iter_mut().for_each(|output| scatter(input, count, output));
    }

    fn advance(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        if all_exist(inputs[0]) { self.0.advance(inputs[0], outputs) } else { self.feed(inputs, outputs) }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        self.0.visit(fields);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

/// Scatters the first `count` values to where the inputs exist.
pub(crate) fn scatter(input: &[f64], mut count: usize, output: &mut [f64]) {
    for (at, value) in input.iter().enumerate().rev() {
        let found = exists(*value);
        count -= usize::from(found);
        output[at] = if found { output[count] } else { f64::NAN };
    }
}

/// Whether a value is a number whose sums cannot overflow.
#[inline(always)]
pub(crate) fn exists(value: f64) -> bool {
    value.abs() < LIMIT
}

/// Values below this exponent, as it is stored, are moderate: sums, ratios of gain and differences of a few of them exist.
const MODERATE_EXPONENT: u64 = 900 + 1023;

/// A word whose sign is set if a value has an exponent of `LIMIT` or more; its other bits are any.
#[inline(always)]
fn excess<const LIMIT: u64>(values: &[f64]) -> u64 {
    // The sum carries into the sign where the exponent is at the limit or above. Integers only, and one result for all:
    // comparisons of numbers make a mask for each, which takes three times as long to reduce.
    const EXPONENT: u64 = 0x7ff << 52;
    let carry = (0x800 - LIMIT) << 52;
    values.iter().fold(0, |any, value| any | ((value.to_bits() & EXPONENT) + carry))
}

/// Whether all values have an exponent below `LIMIT`.
#[inline(always)]
fn all_below<const LIMIT: u64>(values: &[f64]) -> bool {
    excess::<LIMIT>(values) >> 63 == 0
}

/// Whether all values of a tile exist.
#[inline(always)]
pub(crate) fn all_exist_in<const L: usize, const I: usize>(tile: &[&[f64; L]; I]) -> bool {
    let mut any = 0;
    for values in tile {
        any |= excess::<LIMIT_EXPONENT>(*values);
    }
    any >> 63 == 0
}

leveled! {
    /// Whether all values exist.
    pub(crate) fn all_exist(values: &[f64]) -> bool {
        all_below::<LIMIT_EXPONENT>(values)
    }

    /// Whether all values exist, and so does what recurrences compute from them.
    pub(crate) fn all_moderate(values: &[f64]) -> bool {
        all_below::<MODERATE_EXPONENT>(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_exist_is_found_anywhere() {
        let below = LIMIT.next_down();
        for value in [LIMIT, -LIMIT, 1e301, f64::MAX, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -f64::NAN] {
            for at in 0..40 {
                let mut values = [below; 40];
                values[at] = value;
                assert!(!exists(value) && !all_exist(&values), "{value:e} at {at}");
            }
        }
        let existing = [below, -below, 0.0, -0.0, f64::MIN_POSITIVE, 5e-324, 1.0, -1e299, 6e299];
        assert!(all_exist(&existing) && existing.into_iter().all(exists) && all_exist(&[]));
        assert!(!all_moderate(&existing) && all_moderate(&[0.0, -1e270, 1e-300]) && !all_moderate(&[1.0, f64::NAN]));
    }
}

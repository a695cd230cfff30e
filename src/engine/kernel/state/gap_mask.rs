//! Windows with a gap: a value that is missing masks every window that contains it, and none after.

use crate::kernel::simd::dispatch::leveled;
use crate::kernel::{Field, Fields};

/// Masks incomplete windows of `window` bars: the first ones of a series, and those that contain NaN.
#[derive(Debug, Clone)]
pub(crate) struct GapMask {
    window: usize,
    /// The number of coming bars whose windows are incomplete.
    left: usize,
}

impl GapMask {
    /// Windows of `window` bars, 1 or more, before the first bar.
    pub(crate) fn new(window: usize) -> Self {
        Self { window, left: window - 1 }
    }

    /// Continues with the next bar, and tells whether its window is complete.
    #[inline(always)]
    pub(crate) fn is_complete(&mut self, is_missing: bool) -> bool {
        self.left = if is_missing { self.window } else { self.left };
        let is_complete = self.left == 0;
        // Not `left -= usize::from(!is_complete)`: rustc 1.95 (LLVM 22) loses that subtraction in loops over this.
        self.left = self.left.saturating_sub(1);
        is_complete
    }

    /// Writes NaN where the windows of a block are incomplete.
    pub(crate) fn mask(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        if self.left == 0 && !inputs.iter().any(|input| any_nan(input)) {
            return;
        }
        for at in 0..inputs[0].len() {
            if !self.is_complete(inputs.iter().any(|input| input[at].is_nan())) {
                outputs.iter_mut().for_each(|output| output[at] = f64::NAN);
            }
        }
    }
}

impl Field for GapMask {
    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.below(&mut self.left, self.window + 1);
    }
}

/// A word whose sign is set if the value is NaN. Words of several values are joined by OR: integers reduce faster than masks of
/// comparisons.
#[inline(always)]
pub(crate) fn nan_sign(value: f64) -> u64 {
    // The sum carries into the sign where the bits without the sign exceed those of infinity.
    const MAGNITUDE: u64 = u64::MAX >> 1;
    const CARRY: u64 = MAGNITUDE - f64::INFINITY.to_bits();
    (value.to_bits() & MAGNITUDE) + CARRY
}

/// Whether the sign of a word is set.
#[inline(always)]
pub(crate) fn is_signed(word: u64) -> bool {
    word >> 63 == 1
}

leveled! {
    /// Whether a value is NaN.
    pub(crate) fn any_nan(values: &[f64]) -> bool {
        is_signed(values.iter().fold(0, |any, value| any | nan_sign(*value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nan_is_found_anywhere_and_nothing_else_is() {
        let others = [0.0, -0.0, 1.0, f64::MAX, f64::MIN, f64::INFINITY, f64::NEG_INFINITY, 5e-324];
        assert!(!any_nan(&others.repeat(9)) && !any_nan(&[]));
        for nan in [f64::NAN, -f64::NAN, f64::from_bits(0x7ff0_0000_0000_0001), f64::from_bits(u64::MAX)] {
            for at in 0..40 {
                let mut values = [f64::NEG_INFINITY; 40];
                values[at] = nan;
                assert!(any_nan(&values), "{at}");
            }
        }
    }

    #[test]
    fn incomplete_windows_are_masked_whatever_the_blocks() {
        let none = f64::NAN;
        let input = [1.0, 2.0, 3.0, 4.0, none, 6.0, 7.0, 8.0, 9.0];
        for cut in 1..=input.len() {
            let (mut mask, mut found) = (GapMask::new(3), Vec::new());
            for block in input.chunks(cut) {
                let mut output = block.to_vec();
                mask.mask(&[block], &mut [&mut output]);
                found.extend(output);
            }
            let complete: Vec<usize> = (0..found.len()).filter(|at| !found[*at].is_nan()).collect();
            assert_eq!(complete, [2, 3, 7, 8]);
        }
    }
}

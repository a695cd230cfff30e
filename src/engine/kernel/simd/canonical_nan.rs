//! Canonical NaN: outputs hold one bit pattern for NaN.
//!
//! IEEE 754 leaves sign and payload of a computed NaN open, and CPUs differ in them. Without this the same series would
//! give different bytes on different machines, and saved results and checksums would not match.

use super::dispatch::leveled;
use super::vector8::Vector8;

/// The value, with NaN in its canonical form.
#[inline(always)]
pub(crate) fn canonical(value: f64) -> f64 {
    if value.is_nan() { f64::NAN } else { value }
}

/// The values, with NaN in its canonical form.
#[inline(always)]
pub(crate) fn canonical_each<const N: usize>(mut values: [f64; N]) -> [f64; N] {
    for value in &mut values {
        *value = canonical(*value);
    }
    values
}

/// Canonicalises NaN in columns of eight lanes each, unless `excess`, the sum of all values times 0, is 0: it costs one
/// operation where a choice for each value costs four, and few blocks hold a NaN.
#[inline(always)]
pub(crate) fn canonicalize_chunks<V: Vector8, const N: usize>(excess: V, columns: [&mut [[f64; 8]]; N]) {
    if excess.zeros() != 0xff {
        for chunk in columns.into_iter().flatten() {
            V::load(chunk).canonical().store(chunk);
        }
    }
}

leveled! {
    /// Copies values and canonicalises NaN.
    pub fn copy_canonical(values: &[f64], output: &mut [f64]) {
        for (output, &value) in output.iter_mut().zip(values) {
            *output = canonical(value);
        }
    }

    /// Canonicalises NaN in place.
    pub fn canonicalize_in_place(values: &mut [f64]) {
        // Most blocks hold no NaN, and a read-only pass is cheaper than a store of every value.
        if values.iter().fold(false, |any, value| any | value.is_nan()) {
            for value in values {
                *value = canonical(*value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Level;

    #[test]
    fn nan_is_canonical_at_every_level() {
        let values: Vec<f64> = (0..37).map(|i| if i % 3 == 0 { -f64::NAN } else { f64::from(i) }).collect();
        for level in Level::available() {
            let mut output = vec![0.0; values.len()];
            level.run(|| copy_canonical(&values, &mut output));
            let mut here = values.clone();
            level.run(|| canonicalize_in_place(&mut here));
            for ((value, output), here) in values.iter().zip(output).zip(here) {
                let expected = if value.is_nan() { f64::NAN } else { *value };
                assert_eq!(output.to_bits(), expected.to_bits());
                assert_eq!(here.to_bits(), expected.to_bits());
            }
        }
    }
}

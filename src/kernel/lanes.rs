//! Neighbouring values of columns, side by side.

use std::array::from_fn;

/// `L` neighbouring values of each column. Loaded before anything is stored, which is what lets the compiler use vector
/// registers.
#[inline(always)]
pub(crate) fn lanes<const L: usize, const N: usize>(columns: &[&[f64]; N], at: usize) -> [[f64; L]; N] {
    from_fn(|n| columns[n][at..at + L].try_into().expect("a slice of L values"))
}

//! Read access to bars block by block, wherever they are stored.

use std::ops::Range;

use crate::series::{Column, ColumnName};

/// The bars of one series at one epoch, oldest first. Reads cannot fail: verification happens before.
pub trait Source: Sync {
    /// The number of bars.
    fn rows(&self) -> usize;

    /// The names of the extra columns, in order.
    fn extras(&self) -> Vec<ColumnName> {
        Vec::new()
    }

    /// The values of `column` in `rows`: a zero-copy view if contiguous, otherwise a copy in `scratch`, which is at
    /// least as long as `rows`. NaN if there is no such column.
    fn values<'a>(&'a self, column: Column, rows: Range<usize>, scratch: &'a mut [f64]) -> &'a [f64];

    /// Appends the times of `rows` to `times`.
    fn times(&self, rows: Range<usize>, times: &mut Vec<i64>);
}

/// The values of an absent column: NaN.
pub fn absent(rows: usize, scratch: &mut [f64]) -> &[f64] {
    scratch[..rows].fill(f64::NAN);
    &scratch[..rows]
}

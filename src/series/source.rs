//! Bars that are read block by block, wherever they lie.

use std::ops::Range;

use super::{Bars, Column};

/// The bars of one series at one epoch, oldest first. Reading cannot fail: what could is checked before.
pub trait Source: Sync {
    /// The number of bars.
    fn rows(&self) -> usize;

    /// The values of `column` in `rows`: a view where they lie in one piece, or else a copy in `scratch`, which is at
    /// least as long as `rows`.
    fn values<'a>(&'a self, column: Column, rows: Range<usize>, scratch: &'a mut [f64]) -> &'a [f64];

    /// Appends the times of `rows` to `times`.
    fn times(&self, rows: Range<usize>, times: &mut Vec<i64>);
}

impl Source for Bars {
    fn rows(&self) -> usize {
        self.len()
    }

    fn values<'a>(&'a self, column: Column, rows: Range<usize>, _: &'a mut [f64]) -> &'a [f64] {
        &self.column(column)[rows]
    }

    fn times(&self, rows: Range<usize>, times: &mut Vec<i64>) {
        times.extend_from_slice(&Bars::times(self)[rows]);
    }
}

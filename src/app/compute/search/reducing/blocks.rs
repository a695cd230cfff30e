//! Values on their way to an accumulator.

use crate::indicator::Accumulator;
use crate::kernel::BLOCK;

/// An accumulator that is fed whole blocks from its first value on, however its values come: sums depend on the blocks.
pub(in crate::app::compute::search) struct Blocks {
    accumulator: Accumulator,
    /// Values that wait for the rest of their block, and the row of the first.
    pending: Vec<f64>,
    row: usize,
}

impl Blocks {
    pub(super) fn new(accumulator: Accumulator) -> Self {
        Self { accumulator, pending: vec![], row: 0 }
    }

    /// Adds the values of the rows from `row` on.
    pub(super) fn add(&mut self, mut row: usize, mut values: &[f64]) {
        while !values.is_empty() {
            if self.pending.is_empty() && values.len() >= BLOCK {
                self.accumulator.add(row, &values[..BLOCK]);
                (row, values) = (row + BLOCK, &values[BLOCK..]);
                continue;
            }
            if self.pending.is_empty() {
                self.row = row;
            }
            let (now, rest) = values.split_at(values.len().min(BLOCK - self.pending.len()));
            self.pending.extend_from_slice(now);
            (row, values) = (row + now.len(), rest);
            if self.pending.len() == BLOCK {
                self.accumulator.add(self.row, &self.pending);
                self.pending.clear();
            }
        }
    }

    /// Adds a block as it is.
    #[cfg(test)]
    pub(super) fn whole(&mut self, row: usize, values: &[f64]) {
        self.accumulator.add(row, values);
    }

    /// Adds the last block, and frees its memory.
    pub(super) fn flush(&mut self) {
        if !self.pending.is_empty() {
            self.accumulator.add(self.row, &self.pending);
        }
        self.pending = vec![];
    }

    pub(super) fn results(&mut self) -> Vec<f64> {
        self.flush();
        self.accumulator.results()
    }
}

//! The carry-over of an input: the last values of a block, for lags that reach before the next one (overlap-save).
//!
//! Invariant: before each block it contains the last `n` inputs, oldest first, and NaN before the first bar.
//! Unlike the ring buffer it does not copy the block: a lag within the block reads the input slice itself.

use crate::kernel::{Field, Fields};

/// The last values before the current block; NaN before the first bar.
#[derive(Debug, Clone)]
pub(crate) struct CarryOver {
    values: Vec<f64>,
}

impl CarryOver {
    /// A carry-over of the last `len` values, NaN at first.
    pub(crate) fn new(len: usize) -> Self {
        Self { values: vec![f64::NAN; len] }
    }

    /// Ends a block: its newest values are carried over.
    pub(crate) fn end_block(&mut self, block: &[f64]) {
        match block.len().checked_sub(self.values.len()) {
            Some(start) => self.values.copy_from_slice(&block[start..]),
            None => {
                self.values.rotate_left(block.len());
                let start = self.values.len() - block.len();
                self.values[start..].copy_from_slice(block);
            }
        }
    }

    /// The values before the block.
    pub(crate) fn before(&self) -> &[f64] {
        &self.values
    }
}

impl Field for CarryOver {
    fn visit(&mut self, fields: &mut Fields<'_>) {
        self.values[..].visit(fields);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carried_values_do_not_depend_on_the_cut() {
        let values: Vec<f64> = (0..5000).map(f64::from).collect();
        for cut in [1, 2, 3, 7, 8, 100, 1024] {
            for len in [0, 1, 5, 3000] {
                let mut carry_over = CarryOver::new(len);
                for (index, block) in values.chunks(cut).enumerate() {
                    for (back, found) in carry_over.before().iter().rev().enumerate() {
                        let expected = (index * cut).checked_sub(back + 1).map_or(f64::NAN, |at| values[at]);
                        assert!(*found == expected || (found.is_nan() && expected.is_nan()));
                    }
                    carry_over.end_block(block);
                }
            }
        }
    }
}

//! A ring buffer that never wraps: the newest values of a column, contiguous, with capacity for the next block.
//!
//! A classic ring buffer (index modulo capacity) splits a window in two, and vector loads across the split need two
//! code paths. Here values are appended, and once the end is reached the retained ones move back to the start: at most
//! one copy per value. The first block starts at a cache line, so that lags of whole lines have aligned loads.

use crate::kernel::{BLOCK, Field, Fields};

/// The number of values in a cache line.
const LINE: usize = 8;

/// The last `retained` values before the current block, and the block itself; NaN before the first bar.
#[derive(Debug, Clone)]
pub(crate) struct History {
    retained: usize,
    /// The offset of the oldest stored value; the first block starts at a cache line.
    base: usize,
    /// The start of the current block; at least `retained` after `base`.
    start: usize,
    /// The end of the current block.
    end: usize,
    values: Vec<f64>,
}

impl History {
    /// An empty history of the given length.
    pub(crate) fn new(retained: usize) -> Self {
        // Twice the history, so that moving it back costs at most one copy per value.
        let values = vec![f64::NAN; retained + retained.max(BLOCK) + LINE];
        let base = LINE - (values.as_ptr().addr() / size_of::<f64>() + retained) % LINE;
        Self { retained, base, start: base + retained, end: base + retained, values }
    }

    /// Begins a block of `len` values, to be written.
    pub(crate) fn block_mut(&mut self, len: usize) -> &mut [f64] {
        if self.end + len > self.values.len() {
            self.move_back();
        }
        self.start = self.end;
        self.end += len;
        &mut self.values[self.start..self.end]
    }

    /// Moves the history back to the start of the buffer.
    fn move_back(&mut self) {
        self.values.copy_within(self.end - self.retained..self.end, self.base);
        self.end = self.base + self.retained;
    }

    /// Continues after a block written elsewhere, which is at least as long as the history.
    pub(crate) fn resume(&mut self, block: &[f64]) {
        self.end = self.base + self.retained;
        self.start = self.end;
        self.values[self.base..self.end].copy_from_slice(&block[block.len() - self.retained..]);
    }

    /// The current block lagged by `lag` bars, at most the length of the history.
    pub(crate) fn lagged(&self, lag: usize) -> &[f64] {
        &self.values[self.start - lag..self.end - lag]
    }

    /// As `lagged`, preceded by the `before` values ahead of it; both together are at most the length of the history.
    pub(crate) fn with_history(&self, before: usize, lag: usize) -> &[f64] {
        &self.values[self.start - lag - before..self.end - lag]
    }
}

impl Field for History {
    fn visit(&mut self, fields: &mut Fields<'_>) {
        self.move_back();
        self.start = self.end;
        self.values[self.base..self.end].visit(fields);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lags_are_right_whatever_the_blocks() {
        for cut in [1, 2, 3, 7, 8, 100, BLOCK] {
            for retained in [0, 1, 5, 3000] {
                let mut history = History::new(retained);
                let values: Vec<f64> = (0..10_000).map(f64::from).collect();
                for (index, block) in values.chunks(cut).enumerate() {
                    history.block_mut(block.len()).copy_from_slice(block);
                    let lagged = history.lagged(retained)[0];
                    let expected = (index * cut).checked_sub(retained).map_or(f64::NAN, |at| values[at]);
                    assert!(lagged == expected || (lagged.is_nan() && expected.is_nan()));
                }
            }
        }
    }
}

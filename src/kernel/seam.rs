//! The newest values of an input across the border of two blocks, so that a block need not be copied to be read back.

use super::{Field, Fields};

/// The last `keep` values before the block at hand, and the first of the block. What lies before the first bar is NaN.
#[derive(Debug, Clone)]
pub(crate) struct Seam {
    keep: usize,
    values: Vec<f64>,
}

impl Seam {
    /// A seam that reaches so many values back, for reading at most `tile` values at once.
    pub(crate) fn new(keep: usize, tile: usize) -> Self {
        Self { keep, values: vec![f64::NAN; 2 * keep + tile] }
    }

    /// Begins a block.
    pub(crate) fn begin(&mut self, block: &[f64]) {
        let room = &mut self.values[self.keep..];
        let len = block.len().min(room.len());
        room[..len].copy_from_slice(&block[..len]);
    }

    /// Ends the block that was begun.
    pub(crate) fn end(&mut self, block: &[f64]) {
        match block.len().checked_sub(self.keep) {
            Some(start) => self.values[..self.keep].copy_from_slice(&block[start..]),
            None => self.values.copy_within(block.len()..block.len() + self.keep, 0),
        }
    }

    /// The values before the block.
    pub(crate) fn before(&self) -> &[f64] {
        &self.values[..self.keep]
    }

    /// `len` values, `lag` bars before bar `at` of the block, `lag` being at most what is kept.
    #[inline(always)]
    pub(crate) fn lagged<'a>(&'a self, block: &'a [f64], lag: usize, at: usize, len: usize) -> &'a [f64] {
        if at >= lag { &block[at - lag..][..len] } else { &self.values[self.keep + at - lag..][..len] }
    }
}

impl Field for Seam {
    fn pass(&mut self, fields: &mut Fields<'_>) {
        self.values[..self.keep].pass(fields);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lags_are_right_however_it_is_cut() {
        let values: Vec<f64> = (0..5000).map(f64::from).collect();
        for cut in [1, 2, 3, 7, 8, 100, 1024] {
            for keep in [0, 1, 5, 3000] {
                let mut seam = Seam::new(keep, 4);
                for (index, block) in values.chunks(cut).enumerate() {
                    seam.begin(block);
                    for at in [0, block.len() / 2, block.len() - 1] {
                        let lagged = seam.lagged(block, keep, at, 1)[0];
                        let expected = (index * cut + at).checked_sub(keep).map_or(f64::NAN, |at| values[at]);
                        assert!(lagged == expected || (lagged.is_nan() && expected.is_nan()));
                    }
                    seam.end(block);
                }
            }
        }
    }
}

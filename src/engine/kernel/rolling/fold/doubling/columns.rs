//! The columns of terms and their aggregates over 2, 4, 8 .. bars: the newest piece of the series and the bars before it
//! that windows reach.

use crate::kernel::{Field, Fields};

/// The number of bars whose terms are computed before their windows: what is written then is read from the first-level cache,
/// and long enough after that no load waits for a store.
pub(super) const PIECE: usize = 256;

/// Aggregates over up to `2^REGISTERS` bars are computed in registers, longer ones from the columns.
pub(super) const REGISTERS: usize = 4;

/// The number of values in a cache line.
const LINE: usize = 8;

/// `P` columns for each level, of which those are stored that a window reads; NaN before the first bar.
#[derive(Debug, Clone)]
pub(super) struct Columns<const P: usize> {
    /// Which levels are stored.
    pub(super) stored: Vec<bool>,
    /// The number of values of each column.
    pub(super) stride: usize,
    pub(super) values: Vec<f64>,
    retained: usize,
    /// Where the oldest bar and the next piece are in each column.
    base: usize,
    end: usize,
}

impl<const P: usize> Columns<P> {
    /// The columns of windows of at most `window` bars, which read these levels.
    pub(super) fn new(window: usize, levels: impl Iterator<Item = usize>) -> Self {
        let mut stored = vec![true];
        for level in levels {
            stored.resize(stored.len().max(level + 1), false);
            stored[level] = true;
        }
        // Each of the long levels is made from the one before it.
        if stored.len() > REGISTERS + 1 {
            stored[REGISTERS..].fill(true);
        }
        // The terms of the two chunks before a piece are read again.
        let retained = (window + 2 * LINE).next_multiple_of(LINE);
        let least = LINE + retained + retained.max(2 * PIECE) + LINE;
        // No two columns are at the same page offset: with 4K aliasing a load waits for a store to the same offset.
        let stride = least.next_multiple_of(64) + LINE;
        let values = vec![f64::NAN; stored.len() * P * stride];
        let base = (LINE - values.as_ptr().addr() / size_of::<f64>() % LINE) % LINE;
        Self { stored, stride, values, retained, base, end: base + retained }
    }

    /// The highest level.
    pub(super) fn top(&self) -> usize {
        self.stored.len() - 1
    }

    /// Appends the place of a piece of `bars` bars, and returns where it starts. A whole chunk may be written there.
    pub(super) fn append(&mut self, bars: usize) -> usize {
        if self.end + bars + LINE > self.stride {
            self.move_back();
        }
        let start = self.end;
        self.end += bars;
        start
    }

    /// Moves what is retained to where the columns start.
    fn move_back(&mut self) {
        let retained = self.end - self.retained..self.end;
        let (base, levels) = (self.base, self.stored.iter().flat_map(|stored| [*stored; P]));
        for (column, _) in self.values.chunks_exact_mut(self.stride).zip(levels).filter(|(_, stored)| *stored) {
            column.copy_within(retained.clone(), base);
        }
        self.end = self.base + self.retained;
    }
}

impl<const P: usize> Field for Columns<P> {
    fn visit(&mut self, fields: &mut Fields<'_>) {
        self.move_back();
        let levels = self.stored.iter().flat_map(|stored| [*stored; P]);
        for (column, _) in self.values.chunks_exact_mut(self.stride).zip(levels).filter(|(_, stored)| *stored) {
            column[self.base..self.end].visit(fields);
        }
    }
}

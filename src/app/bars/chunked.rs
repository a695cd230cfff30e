//! Bars in chunks of one length: a copy shares all but the newest chunk.

use std::ops::Range;
use std::sync::Arc;

use crate::series::{Bar, Bars, Column, Source};

/// Append-only bars with cheap copies.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chunks {
    /// Full chunks of `ROWS` bars.
    full: Vec<Arc<Bars>>,
    /// The last, partial chunk.
    newest: Bars,
}

impl Chunks {
    /// The bars of a chunk.
    pub(crate) const ROWS: usize = 1024;

    /// Appends a bar.
    pub(crate) fn push(&mut self, bar: Bar) {
        self.newest.push(bar);
        if self.newest.len() == Self::ROWS {
            self.full.push(Arc::new(std::mem::take(&mut self.newest)));
        }
    }

    /// Drops the bars from row `rows` on.
    pub(crate) fn truncate(&mut self, rows: usize) {
        if rows < self.full.len() * Self::ROWS {
            let chunk = rows / Self::ROWS;
            self.newest = (*self.full[chunk]).clone();
            self.full.truncate(chunk);
        }
        self.newest.truncate(rows - self.full.len() * Self::ROWS);
    }

    /// When the bar at a row opens.
    pub(crate) fn time(&self, row: usize) -> i64 {
        self.chunk(row / Self::ROWS).times()[row % Self::ROWS]
    }

    /// The first row that opens at `time` or later.
    pub(crate) fn first_at(&self, time: i64) -> usize {
        let before = |times: &[i64]| times.partition_point(|&before| before < time);
        let chunk = self.full.partition_point(|chunk| chunk.times()[Self::ROWS - 1] < time);
        chunk * Self::ROWS + before(self.chunk(chunk).times())
    }

    fn chunk(&self, chunk: usize) -> &Bars {
        self.full.get(chunk).map_or(&self.newest, Arc::as_ref)
    }

    /// Splits rows into ranges of chunks, each in local rows.
    fn parts(&self, rows: Range<usize>) -> impl Iterator<Item = (&Bars, Range<usize>)> {
        let first = rows.start / Self::ROWS;
        (first..rows.end.div_ceil(Self::ROWS)).map(move |chunk| {
            let start = chunk * Self::ROWS;
            let part = rows.start.max(start) - start..rows.end.min(start + Self::ROWS) - start;
            (self.chunk(chunk), part)
        })
    }
}

impl Source for Chunks {
    fn rows(&self) -> usize {
        self.full.len() * Self::ROWS + self.newest.len()
    }

    fn values<'a>(&'a self, column: Column, rows: Range<usize>, scratch: &'a mut [f64]) -> &'a [f64] {
        let chunk = rows.start / Self::ROWS;
        let start = chunk * Self::ROWS;
        if rows.end <= start + Self::ROWS {
            return &self.chunk(chunk).column(column)[rows.start - start..rows.end - start];
        }
        let mut filled = 0;
        for (bars, part) in self.parts(rows) {
            let to = &mut scratch[filled..][..part.len()];
            filled += part.len();
            to.copy_from_slice(&bars.column(column)[part]);
        }
        &scratch[..filled]
    }

    fn times(&self, rows: Range<usize>, times: &mut Vec<i64>) {
        self.parts(rows).for_each(|(bars, part)| times.extend_from_slice(&bars.times()[part]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::tests::fixture::{bar, bars};

    #[test]
    fn chunks_are_read_as_one() {
        let rows = 2 * Chunks::ROWS + 77;
        let all = bars(0..rows as i64, 0);
        let mut chunks = Chunks::default();
        (0..rows as i64).for_each(|minute| chunks.push(bar(minute, 0)));
        let mut scratch = vec![0.0; rows];
        let border = Chunks::ROWS;
        for range in [0..0, 0..rows, 0..border, border - 1..border + 1, border..2 * border, rows - 1..rows, rows..rows]
        {
            assert_eq!(
                chunks.values(Column::Close, range.clone(), &mut scratch),
                &all.column(Column::Close)[range.clone()]
            );
            let mut times = Vec::new();
            chunks.times(range.clone(), &mut times);
            assert_eq!(times, all.times()[range]);
        }
        for row in [0, 1, border - 1, border, rows - 1] {
            assert_eq!((chunks.time(row), chunks.first_at(all.times()[row])), (all.times()[row], row));
            assert_eq!(chunks.first_at(all.times()[row] + 1), row + 1);
        }
        assert_eq!(Chunks::default().first_at(5), 0);
    }
}

//! Writing segments, for the writer thread and the compactor: each file gets a unique number.
//!
//! Syncs of new files go on while more are written: a group of commands waits for all of them at once, before its commit.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread::{self, JoinHandle};

use crate::prices::{self, BLOCK_ROWS, Find, Folder, Segment, Unsynced};
use crate::series::{Column, ColumnName, Origin, Source};
use crate::stored::{Spliced, StoredBars};

/// The sizes of tails and segments, in bars.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    /// A longer tail is sealed, except its newest bars.
    pub(crate) tail_max: usize,
    /// At least these newest bars stay in the tail when it is sealed: they are the ones still corrected.
    pub(crate) tail_keep: usize,
    /// The maximum size of a merged segment, which bounds the duration of a merge, and of a correction of sealed bars, which
    /// writes the segment again while other writers wait.
    pub(crate) segment_max: usize,
}

impl Sizes {
    /// How many bars of a tail of this length are sealed: whole blocks where that leaves a tail that is not too long, so
    /// that the next segment begins with a block, too, and merging them copies blocks.
    pub(crate) fn sealed(&self, tail: usize) -> usize {
        if tail <= self.tail_max {
            return 0;
        }
        let sealed = tail - self.tail_keep;
        let whole = sealed - sealed % BLOCK_ROWS;
        if whole > 0 && tail - whole <= self.tail_max { whole } else { sealed }
    }
}

impl Default for Sizes {
    fn default() -> Self {
        Self { tail_max: 4096, tail_keep: 1024, segment_max: 1 << 20 }
    }
}

/// The target of new segments.
pub(crate) struct Files<'a> {
    pub(crate) folder: &'a Folder,
    pub(crate) sizes: Sizes,
    /// The next number of a price file, never reused.
    pub(crate) next: &'a AtomicU64,
    /// The series and commit the files belong to.
    pub(crate) origin: Origin,
    /// The files written, to be removed if the commit fails.
    pub(crate) written: Vec<u64>,
    /// Their syncs, which the commit waits for.
    pub(crate) syncs: Syncs,
}

impl<'a> Files<'a> {
    pub(crate) fn new(folder: &'a Folder, sizes: Sizes, next: &'a AtomicU64, origin: Origin) -> Self {
        Self { folder, sizes, next, origin, written: Vec::new(), syncs: Syncs::default() }
    }

    /// Writes rows of a source as one segment, or as several of equal length if one would be too long.
    pub(crate) fn write_even(
        &mut self,
        source: &dyn Source,
        rows: Range<usize>,
    ) -> Result<Vec<Arc<Segment>>, prices::Error> {
        self.write(source, rows, &|_| None)
    }

    /// As `write_even`, of verified bars that are sealed already; whole blocks of their segments are copied.
    pub(crate) fn merge(&mut self, bars: &StoredBars, rows: Range<usize>) -> Result<Vec<Arc<Segment>>, prices::Error> {
        self.write(bars, rows, &|rows| bars.sealed(rows))
    }

    /// As `write_even`, of a verified segment with some rows replaced; the other blocks are copied where they stay whole.
    pub(crate) fn splice(&mut self, bars: &Spliced<'_>) -> Result<Vec<Arc<Segment>>, prices::Error> {
        self.write(bars, 0..bars.rows(), &|rows| bars.sealed(rows))
    }

    fn write(
        &mut self,
        source: &dyn Source,
        rows: Range<usize>,
        find: &Find<'_>,
    ) -> Result<Vec<Arc<Segment>>, prices::Error> {
        let pieces = rows.len().div_ceil(self.sizes.segment_max);
        let border = |piece: usize| rows.start + rows.len() * piece / pieces;
        (0..pieces)
            .map(|piece| {
                let number = self.next.fetch_add(1, Relaxed);
                let part = Part { source, rows: border(piece)..border(piece + 1) };
                let find = |rows| find(part.within(rows));
                let (_, file) = self.folder.write_reusing(number, &self.origin, &part, &find)?;
                self.written.push(number);
                self.syncs.begin(file);
                Ok(Arc::new(self.folder.segment(number)?))
            })
            .collect()
    }
}

/// A range of rows of a source.
struct Part<'a> {
    source: &'a dyn Source,
    rows: Range<usize>,
}

impl Part<'_> {
    fn within(&self, rows: Range<usize>) -> Range<usize> {
        self.rows.start + rows.start..self.rows.start + rows.end
    }
}

impl Source for Part<'_> {
    fn rows(&self) -> usize {
        self.rows.len()
    }

    fn extras(&self) -> Vec<ColumnName> {
        self.source.extras()
    }

    fn values<'a>(&'a self, column: Column, rows: Range<usize>, scratch: &'a mut [f64]) -> &'a [f64] {
        self.source.values(column, self.within(rows), scratch)
    }

    fn times(&self, rows: Range<usize>, times: &mut Vec<i64>) {
        self.source.times(self.within(rows), times);
    }
}

/// The most syncs that go on at once; a disk gains nothing from more.
const SYNCS_MAX: usize = 4;

/// A sync of a file.
type Syncing = JoinHandle<Result<(), prices::Error>>;

/// Syncs that were begun.
#[derive(Default)]
pub(crate) struct Syncs {
    running: VecDeque<(Arc<Unsynced>, Syncing)>,
    /// The first error of those that have ended.
    failed: Option<prices::Error>,
    /// Whether there are new names in the folder.
    has_files: bool,
}

impl Syncs {
    /// Begins to sync a file.
    fn begin(&mut self, file: Unsynced) {
        self.has_files = true;
        self.wait_for(SYNCS_MAX - 1);
        let file = Arc::new(file);
        let work = Arc::clone(&file);
        match thread::Builder::new().name("sync".into()).spawn(move || work.sync()) {
            Ok(running) => self.running.push_back((file, running)),
            // There are too many threads.
            Err(_) => self.ended(file.sync()),
        }
    }

    /// Adds those of a command to those of its group.
    pub(super) fn append(&mut self, others: Self) {
        self.has_files |= others.has_files;
        others.failed.into_iter().for_each(|error| self.ended(Err(error)));
        self.running.extend(others.running);
    }

    /// Waits until all files are durable under their names.
    pub(crate) fn finish(mut self, folder: &Folder) -> Result<(), prices::Error> {
        self.wait_for(0);
        match self.failed {
            Some(error) => Err(error),
            None if self.has_files => folder.sync_names(),
            None => Ok(()),
        }
    }

    /// Waits until no more than so many run.
    fn wait_for(&mut self, most: usize) {
        while self.running.len() > most
            && let Some((file, running)) = self.running.pop_front()
        {
            // A thread that panicked has synced nothing.
            self.ended(running.join().unwrap_or_else(|_| file.sync()));
        }
    }

    fn ended(&mut self, outcome: Result<(), prices::Error>) {
        self.failed = self.failed.take().or(outcome.err());
    }
}

/// Verifies a segment before it is rewritten.
pub(crate) fn verify(segment: &Segment) -> Result<(), prices::Error> {
    segment.verify(0..segment.rows(), &all_columns(segment))?;
    segment.verify_times(0..segment.rows())
}

/// The columns of a source: the five standard ones, then the extra ones.
pub(crate) fn all_columns(source: &dyn Source) -> Vec<Column> {
    Column::ALL.into_iter().chain(source.extras().into_iter().map(Column::Extra)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::tests::fixture::{bars, id};
    use crate::series::{CommitId, Lineage};

    #[test]
    fn whole_blocks_are_sealed_where_the_tail_stays_short_enough() {
        let sealed = |tail| Sizes::default().sealed(tail);
        assert_eq!([0, 4096].map(sealed), [0, 0]);
        assert_eq!([4097, 10_000, 263_168].map(sealed), [3 * 1024, 8 * 1024, 256 * 1024]);
        let small = Sizes { tail_max: 900, tail_keep: 300, segment_max: 2500 };
        assert_eq!([901, 1300, 1500].map(|tail| small.sealed(tail)), [601, 1000, 1024]);
        for tail in 901..10_000 {
            let left = tail - small.sealed(tail);
            assert!((300..=900).contains(&left), "{tail}: {left}");
        }
    }

    #[test]
    fn rows_are_divided_evenly_among_files() {
        let directory = tempfile::tempdir().expect("a folder");
        let (folder, next) = (Folder::open(directory.path()).expect("opens"), AtomicU64::new(7));
        let origin = Origin { id: id(1), series: 1, commit: CommitId { lineage: Lineage(1), generation: 1 } };
        let sizes = Sizes { segment_max: 10, ..Sizes::default() };
        let mut files = Files::new(&folder, sizes, &next, origin);
        let source = bars(0..50, 0);
        for (rows, lengths) in [(5..38, vec![8, 8, 8, 9]), (0..10, vec![10]), (3..14, vec![5, 6]), (2..2, vec![])] {
            let first = next.load(Relaxed);
            let segments = files.write_even(&source, rows.clone()).expect("written");
            assert_eq!(segments.iter().map(|segment| segment.rows()).collect::<Vec<_>>(), lengths);
            let numbers: Vec<u64> = (first..).take(lengths.len()).collect();
            assert!(files.written.ends_with(&numbers) && next.load(Relaxed) == first + numbers.len() as u64);
            let (mut at, mut times) = (rows.start, Vec::new());
            for (segment, number) in segments.iter().zip(numbers) {
                verify(segment).expect("sound");
                assert_eq!(segment.facts().number, number);
                segment.times(0..segment.rows(), &mut times);
                let mut scratch = vec![0.0; segment.rows()];
                for column in all_columns(&source) {
                    let expected = &source.column(column)[at..at + segment.rows()];
                    assert_eq!(segment.values(column, 0..segment.rows(), &mut scratch), expected);
                }
                at += segment.rows();
            }
            assert_eq!(times, source.times()[rows]);
        }
        assert_eq!(files.written.len(), 4 + 1 + 2);
    }
}

//! The bars of a stored series: its sealed segments, then its tail. Immutable.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use crate::prices::{BLOCK_ROWS, Error, Sealed, Segment};
use crate::series::{Column, ColumnName, SegmentFacts, Source, Span};

use super::Tail;

/// The bars of a stored series: sealed segments in order of time, then the tail.
#[derive(Debug, Clone, Default)]
pub struct StoredBars {
    pub(crate) segments: Vec<Arc<Segment>>,
    /// The row of the first bar of each segment, and of the tail.
    starts: Vec<usize>,
    pub(crate) tail: Tail,
    /// Price files named in the ledger that could not be opened, in order of time. Their bars are absent and their span
    /// is reserved until they are back; a query that needs them fails with DATA_LOSS.
    pub(crate) missing: Arc<[SegmentFacts]>,
}

impl StoredBars {
    /// Segments in order of time, and a tail that is newer than they are.
    pub fn new(segments: Vec<Arc<Segment>>, tail: Tail) -> Self {
        debug_assert!(
            segments.is_sorted_by(|one, two| one.last_time() < two.first_time()),
            "segments in order of time"
        );
        debug_assert!(
            segments.last().is_none_or(|last| tail.first_time().is_none_or(|first| last.last_time() < first)),
            "the tail is newer than the segments"
        );
        let mut starts = vec![0];
        for segment in &segments {
            starts.push(starts[starts.len() - 1] + segment.rows());
        }
        Self { segments, starts, tail, missing: Arc::default() }
    }

    /// The same, with these price files missing.
    pub fn without(self, missing: Arc<[SegmentFacts]>) -> Self {
        Self { missing, ..self }
    }

    /// The number of sealed bars.
    pub(crate) fn sealed_rows(&self) -> usize {
        self.starts.last().copied().unwrap_or(0)
    }

    /// When the first bar opens.
    pub fn first_time(&self) -> Option<i64> {
        self.segments.first().map(|segment| segment.first_time()).or_else(|| self.tail.first_time())
    }

    /// When the newest bar opens.
    pub fn last_time(&self) -> Option<i64> {
        self.tail.last_time().or_else(|| self.segments.last().map(|segment| segment.last_time()))
    }

    /// The facts of the sealed segments.
    pub fn facts(&self) -> impl Iterator<Item = SegmentFacts> {
        self.segments.iter().map(|segment| segment.facts())
    }

    /// The rows of a span without bars of missing price files.
    pub fn rows_of(&self, span: &Span) -> Result<Range<usize>, Error> {
        let rows = self.rows_found(span)?;
        if self.missing.is_empty() {
            return Ok(rows);
        }
        let (mut from, to, last) = span.bounds();
        // With a limit of newest bars, the span is as long as those bars.
        if last.is_some_and(|last| rows.len() as u64 == last) {
            self.verify_times(&(rows.start..rows.start + 1))?;
            let mut times = Vec::new();
            self.times(rows.start..rows.start + 1, &mut times);
            from = times.first().copied();
        }
        let within = |missing: &&SegmentFacts| {
            from.is_none_or(|from| missing.last_time >= from) && to.is_none_or(|to| missing.first_time < to)
        };
        match self.missing.iter().find(within) {
            Some(missing) => Err(Error::lost(missing)),
            None => Ok(rows),
        }
    }

    /// An error if a missing price file lies between these rows, or before the first bar if the range would start
    /// earlier with more bars.
    pub fn connected(&self, rows: &Range<usize>, from_before: bool) -> Result<(), Error> {
        for missing in &*self.missing {
            let at = self.first_at(missing.first_time)?;
            if (rows.start < at && at < rows.end) || (at == 0 && rows.start == 0 && from_before) {
                return Err(Error::lost(missing));
            }
        }
        Ok(())
    }

    fn rows_found(&self, span: &Span) -> Result<Range<usize>, Error> {
        let mut failed = Ok(());
        let first_at = |time| {
            self.first_at(time).unwrap_or_else(|error| {
                failed = Err(error);
                0
            })
        };
        let rows = span.rows(self.rows(), first_at);
        failed.map(|()| rows)
    }

    /// The first row that opens at `time` or later.
    pub(crate) fn first_at(&self, time: i64) -> Result<usize, Error> {
        let index = self.segments.partition_point(|segment| segment.last_time() < time);
        match self.segments.get(index) {
            Some(segment) => Ok(self.starts[index] + segment.first_at(time)?),
            None => Ok(self.sealed_rows() + self.tail.first_at(time)),
        }
    }

    /// When the newest bar before a time opens; `None` if there is none.
    pub fn time_before(&self, time: i64) -> Result<Option<i64>, Error> {
        let Some(row) = self.first_at(time)?.checked_sub(1) else { return Ok(None) };
        self.verify_times(&(row..row + 1))?;
        let mut times = Vec::with_capacity(1);
        self.times(row..row + 1, &mut times);
        Ok(times.first().copied())
    }

    /// Verifies the blocks of these rows that were not verified before; call it before reading.
    pub fn verify(&self, rows: &Range<usize>, columns: &[Column]) -> Result<(), Error> {
        self.parts(rows).try_for_each(|(segment, part)| match segment {
            Some(segment) => segment.verify(part, columns),
            None => Ok(()),
        })
    }

    /// As `verify`, for the times.
    pub fn verify_times(&self, rows: &Range<usize>) -> Result<(), Error> {
        self.parts(rows).try_for_each(|(segment, part)| match segment {
            Some(segment) => segment.verify_times(part),
            None => Ok(()),
        })
    }

    /// The blocks of these rows, and of the times of those, that were not verified before.
    pub fn unverified(&self, rows: &Range<usize>, columns: &[Column], times: &Range<usize>) -> usize {
        let sealed = |rows| self.parts(rows).filter_map(|(segment, part)| Some((segment?, part)));
        let values = sealed(rows).map(|(segment, part)| segment.unverified(&part, columns));
        let times = sealed(times).map(|(segment, part)| segment.unverified_times(&part));
        values.chain(times).sum()
    }

    /// Whether one of these rows has a value of an extra column. A damaged one counts: there was one.
    pub(crate) fn has_values(&self, name: ColumnName, rows: &Range<usize>) -> bool {
        let (column, mut scratch) = (Column::Extra(name), [0.0; BLOCK_ROWS]);
        self.parts(rows).any(|(segment, part)| {
            if segment.is_some_and(|segment| !segment.extras().contains(&name)) {
                return false;
            }
            part.clone().step_by(BLOCK_ROWS).any(|start| {
                let rows = start..part.end.min(start + BLOCK_ROWS);
                let scratch = &mut scratch[..rows.len()];
                let values = match segment {
                    Some(segment) if segment.verify(rows.clone(), &[column]).is_err() => return true,
                    Some(segment) => segment.values(column, rows, scratch),
                    None => self.tail.values(column, rows, scratch),
                };
                values.iter().any(|value| !value.is_nan())
            })
        })
    }

    /// The segment that holds all of these rows, and where.
    pub(crate) fn sealed(&self, rows: Range<usize>) -> Option<Sealed<'_>> {
        let (segment, part) = self.parts(&rows).next()?;
        (part.len() == rows.len()).then_some((segment?, part))
    }

    /// Splits rows into ranges of segments and of the tail (`None`), each in local rows.
    fn parts(&self, rows: &Range<usize>) -> impl Iterator<Item = (Option<&Segment>, Range<usize>)> {
        let (mut at, end) = (rows.start, rows.end);
        std::iter::from_fn(move || {
            if at >= end {
                return None;
            }
            let index = self.starts.partition_point(|&start| start <= at) - 1;
            let start = self.starts[index];
            let segment = self.segments.get(index).map(Arc::as_ref);
            let len = segment.map_or(self.tail.len(), Segment::rows);
            let part = at - start..len.min(end - start);
            at = start + part.end;
            Some((segment, part))
        })
    }
}

impl Source for StoredBars {
    fn rows(&self) -> usize {
        self.sealed_rows() + self.tail.len()
    }

    fn extras(&self) -> Vec<ColumnName> {
        let sealed = self.segments.iter().flat_map(|segment| segment.extras());
        let names: BTreeSet<_> = sealed.chain(self.tail.extras()).collect();
        names.into_iter().collect()
    }

    fn values<'a>(&'a self, column: Column, rows: Range<usize>, scratch: &'a mut [f64]) -> &'a [f64] {
        let index = self.starts.partition_point(|&start| start <= rows.start) - 1;
        let start = self.starts[index];
        let whole = rows.start - start..rows.end - start;
        match self.segments.get(index) {
            None => return self.tail.values(column, whole, scratch),
            Some(segment) if whole.end <= segment.rows() => return segment.values(column, whole, scratch),
            Some(_) => {}
        }
        let mut copy = vec![0.0; rows.len()];
        let mut filled = 0;
        for (segment, part) in self.parts(&rows) {
            let to = &mut scratch[filled..][..part.len()];
            filled += part.len();
            match segment {
                Some(segment) => to.copy_from_slice(segment.values(column, part.clone(), &mut copy[..part.len()])),
                None => to.copy_from_slice(self.tail.values(column, part.clone(), &mut copy[..part.len()])),
            }
        }
        &scratch[..filled]
    }

    fn times(&self, rows: Range<usize>, times: &mut Vec<i64>) {
        for (segment, part) in self.parts(&rows) {
            match segment {
                Some(segment) => segment.times(part, times),
                None => self.tail.times(part, times),
            }
        }
    }
}

//! Snapshots: all bars of one series at one epoch. Immutable, so that an answer never mixes epochs.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::adjust::factors::Adjustment;
use super::revisions::{Mark, Revisions, Stamp, Version};
use crate::prices::{self, Segment};
use crate::series::{Bars, Column, ColumnName, Lineage, Retention, SegmentFacts, Source, Span};

/// The bars of one series at one epoch: sealed segments in order of time, then the tail.
#[derive(Debug, Clone, Default)]
pub(crate) struct Snapshot {
    /// The number of the series, never reused.
    pub(crate) series: u64,
    pub(crate) epoch: u64,
    /// The lineage of the ledger that assigned this epoch. Series, lineage and epoch identify the bars, even after a
    /// ledger was restored from a backup and diverged.
    pub(crate) lineage: Lineage,
    pub(crate) segments: Vec<Arc<Segment>>,
    /// The row of the first bar of each segment, and of the tail.
    starts: Vec<usize>,
    pub(crate) tail: Arc<Bars>,
    /// Price files named in the ledger that could not be opened, in order of time. Their bars are absent and their span
    /// is reserved until they are back; a query that needs them fails with DATA_LOSS.
    pub(crate) missing: Arc<[SegmentFacts]>,
    /// The epoch of the last change to a sealed bar.
    pub(crate) steady_since: u64,
    /// Which bars have changed since earlier epochs.
    pub(crate) revisions: Arc<Revisions>,
    /// The retention of the series. Expired bars may remain until compaction.
    pub(crate) retention: Retention,
    /// How the bars are adjusted, in the view of a question; never in the catalog.
    pub(crate) adjustment: Option<Arc<Adjustment>>,
}

impl Snapshot {
    pub(crate) fn new(series: u64, epoch: u64, segments: Vec<Arc<Segment>>, tail: Arc<Bars>) -> Self {
        debug_assert!(
            segments.is_sorted_by(|one, two| one.last_time() < two.first_time()),
            "segments in order of time"
        );
        debug_assert!(
            segments.last().is_none_or(|last| tail.times().first().is_none_or(|&first| last.last_time() < first)),
            "the tail is newer than the segments"
        );
        let mut starts = vec![0];
        for segment in &segments {
            starts.push(starts[starts.len() - 1] + segment.rows());
        }
        Self {
            series,
            epoch,
            lineage: Lineage::default(),
            segments,
            starts,
            tail,
            missing: Arc::default(),
            steady_since: epoch,
            revisions: Arc::new(Revisions::at(epoch, Lineage::default())),
            retention: Retention::default(),
            adjustment: None,
        }
    }

    /// The same, with these price files missing.
    pub(crate) fn without(self, missing: Arc<[SegmentFacts]>) -> Self {
        Self { missing, ..self }
    }

    /// The same, at an epoch of this lineage.
    pub(crate) fn of(self, lineage: Lineage) -> Self {
        Self { lineage, ..self }
    }

    /// The identity of these bars. The row count covers missing price files.
    pub(crate) fn name(&self) -> String {
        let raw = format!("{}:{}:{}:{}", self.lineage, self.series, self.epoch, self.rows());
        if self.adjusted() == 0 { raw } else { format!("{raw}~{:x}", self.adjusted()) }
    }

    /// Names the factors by which the bars are adjusted; 0 if they are as they were traded.
    pub(crate) fn adjusted(&self) -> u128 {
        self.adjustment.as_ref().map_or(0, |adjustment| adjustment.fingerprint())
    }

    /// The same, with the sealed bars unchanged since this epoch.
    pub(crate) fn steady_since(self, epoch: u64) -> Self {
        Self { steady_since: epoch, ..self }
    }

    /// The same, with these revisions.
    pub(crate) fn revised(self, revisions: Arc<Revisions>) -> Self {
        Self { revisions, ..self }
    }

    /// What identifies these bars, and what has changed before.
    pub(crate) fn stamp(&self) -> Stamp {
        let version = Version { series: self.series, epoch: self.epoch, lineage: self.lineage };
        let mark = Mark { version, last_time: self.last_time() };
        Stamp { mark, revisions: Arc::clone(&self.revisions), adjusted: self.adjusted() }
    }

    /// The same, with this retention.
    pub(crate) fn retained(self, retention: Retention) -> Self {
        Self { retention, ..self }
    }

    /// The same, adjusted.
    pub(crate) fn adjusted_by(self, adjustment: Arc<Adjustment>) -> Self {
        Self { adjustment: Some(adjustment), ..self }
    }

    /// The number of expired bars at the start. Zero while price files are missing, as the row count is then unknown.
    pub(crate) fn expired(&self) -> Result<usize, prices::Error> {
        let Retention { rows_max, .. } = self.retention;
        let (Some(newest), []) = (self.last_time(), &*self.missing) else { return Ok(0) };
        let many = if rows_max == 0 { 0 } else { self.rows().saturating_sub(rows_max as usize) };
        Ok(many.max(self.first_at(self.retention.from(newest))?))
    }

    /// The sealed bars.
    pub(crate) fn sealed_rows(&self) -> usize {
        self.starts.last().copied().unwrap_or(0)
    }

    pub(crate) fn first_time(&self) -> Option<i64> {
        self.segments.first().map(|segment| segment.first_time()).or_else(|| self.tail.times().first().copied())
    }

    pub(crate) fn last_time(&self) -> Option<i64> {
        self.tail.times().last().copied().or_else(|| self.segments.last().map(|segment| segment.last_time()))
    }

    pub(crate) fn facts(&self) -> impl Iterator<Item = SegmentFacts> {
        self.segments.iter().map(|segment| segment.facts())
    }

    /// The rows of a span without bars of missing price files.
    pub(crate) fn rows_of(&self, span: &Span) -> Result<Range<usize>, prices::Error> {
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
            Some(missing) => Err(prices::Error::lost(missing)),
            None => Ok(rows),
        }
    }

    /// An error if a missing price file lies between these rows, or before the first bar if the range would start
    /// earlier with more bars.
    pub(crate) fn connected(&self, rows: &Range<usize>, from_before: bool) -> Result<(), prices::Error> {
        for missing in &*self.missing {
            let at = self.first_at(missing.first_time)?;
            if (rows.start < at && at < rows.end) || (at == 0 && rows.start == 0 && from_before) {
                return Err(prices::Error::lost(missing));
            }
        }
        Ok(())
    }

    fn rows_found(&self, span: &Span) -> Result<Range<usize>, prices::Error> {
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
    pub(crate) fn first_at(&self, time: i64) -> Result<usize, prices::Error> {
        let index = self.segments.partition_point(|segment| segment.last_time() < time);
        match self.segments.get(index) {
            Some(segment) => Ok(self.starts[index] + segment.first_at(time)?),
            None => Ok(self.sealed_rows() + self.tail.times().partition_point(|&tail| tail < time)),
        }
    }

    /// When the newest bar before a time opens; `None` if there is none.
    pub(crate) fn time_before(&self, time: i64) -> Result<Option<i64>, prices::Error> {
        let Some(row) = self.first_at(time)?.checked_sub(1) else { return Ok(None) };
        self.verify_times(&(row..row + 1))?;
        let mut times = Vec::with_capacity(1);
        self.times(row..row + 1, &mut times);
        Ok(times.first().copied())
    }

    /// Verifies the blocks of these rows that were not verified before; call it before reading.
    pub(crate) fn verify(&self, rows: &Range<usize>, columns: &[Column]) -> Result<(), prices::Error> {
        self.parts(rows).try_for_each(|(segment, part)| match segment {
            Some(segment) => segment.verify(part, columns),
            None => Ok(()),
        })
    }

    /// As `verify`, for the times.
    pub(crate) fn verify_times(&self, rows: &Range<usize>) -> Result<(), prices::Error> {
        self.parts(rows).try_for_each(|(segment, part)| match segment {
            Some(segment) => segment.verify_times(part),
            None => Ok(()),
        })
    }

    /// The blocks of these rows, and of the times of those, that were not verified before.
    pub(crate) fn unverified(&self, rows: &Range<usize>, columns: &[Column], times: &Range<usize>) -> usize {
        let sealed = |rows| self.parts(rows).filter_map(|(segment, part)| Some((segment?, part)));
        let values = sealed(rows).map(|(segment, part)| segment.unverified(&part, columns));
        let times = sealed(times).map(|(segment, part)| segment.unverified_times(&part));
        values.chain(times).sum()
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

impl Source for Snapshot {
    fn rows(&self) -> usize {
        self.sealed_rows() + self.tail.len()
    }

    fn extras(&self) -> Vec<ColumnName> {
        let sealed = self.segments.iter().flat_map(|segment| segment.extras());
        let names: BTreeSet<_> = sealed.chain(self.tail.extras()).collect();
        names.into_iter().collect()
    }

    fn values<'a>(&'a self, column: Column, rows: Range<usize>, scratch: &'a mut [f64]) -> &'a [f64] {
        let Some(adjustment) = self.adjustment.as_ref().filter(|one| one.changes(column, rows.start)) else {
            return self.raw_values(column, rows, scratch);
        };
        let scratch = &mut scratch[..rows.len()];
        let start = scratch.as_ptr();
        if std::ptr::eq(self.raw_values(column, rows.clone(), scratch).as_ptr(), start) {
            adjustment.scale(column, rows, scratch);
        } else {
            // Mapped or in memory: they are adjusted on the way, and nothing is written to the scratch of this second look.
            adjustment.scaled(column, rows.clone(), self.raw_values(column, rows, &mut []), scratch);
        }
        scratch
    }

    fn times(&self, rows: Range<usize>, times: &mut Vec<i64>) {
        for (segment, part) in self.parts(&rows) {
            match segment {
                Some(segment) => segment.times(part, times),
                None => times.extend_from_slice(&self.tail.times()[part]),
            }
        }
    }
}

impl Snapshot {
    /// The values as they were traded.
    fn raw_values<'a>(&'a self, column: Column, rows: Range<usize>, scratch: &'a mut [f64]) -> &'a [f64] {
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
}

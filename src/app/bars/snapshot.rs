//! Snapshots: all bars of one series at one epoch. Immutable, so that an answer never mixes epochs.

use std::ops::{Deref, Range};
use std::sync::Arc;

use super::adjust::factors::Adjustment;
use super::revisions::{Mark, Revisions, Stamp, Version};
use crate::prices::{self, Segment};
use crate::series::{Column, ColumnName, Lineage, Retention, SegmentFacts, Source};
use crate::stored::{StoredBars, Tail};

/// The bars of one series at one epoch: sealed segments in order of time, then the tail.
#[derive(Debug, Clone, Default)]
pub(crate) struct Snapshot {
    /// The number of the series, never reused.
    pub(crate) series: u64,
    pub(crate) epoch: u64,
    /// The lineage of the ledger that assigned this epoch. Series, lineage and epoch identify the bars, even after a
    /// ledger was restored from a backup and diverged.
    pub(crate) lineage: Lineage,
    bars: StoredBars,
    /// The epoch of the last change to a sealed bar.
    pub(crate) steady_since: u64,
    /// Which bars have changed since earlier epochs.
    pub(crate) revisions: Arc<Revisions>,
    /// The retention of the series. Expired bars may remain until compaction.
    pub(crate) retention: Retention,
    /// How the bars are adjusted, in the view of a question; never in the catalog.
    pub(crate) adjustment: Option<Arc<Adjustment>>,
    /// The extra columns of a caller who sees only bars up to a fixed time, in the view of a question; never in the catalog. Such
    /// a caller is told no version.
    pub(crate) known_extras: Option<Arc<[ColumnName]>>,
}

impl Snapshot {
    pub(crate) fn new(series: u64, epoch: u64, segments: Vec<Arc<Segment>>, tail: Tail) -> Self {
        Self {
            series,
            epoch,
            lineage: Lineage::default(),
            bars: StoredBars::new(segments, tail),
            steady_since: epoch,
            revisions: Arc::new(Revisions::at(epoch, Lineage::default())),
            retention: Retention::default(),
            adjustment: None,
            known_extras: None,
        }
    }

    /// The same, with these price files missing.
    pub(crate) fn without(self, missing: Arc<[SegmentFacts]>) -> Self {
        Self { bars: self.bars.without(missing), ..self }
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

    /// The same, for a caller who sees only bars that open before a time. An extra column is there if one of these has a value of
    /// it.
    pub(crate) fn known_until(self, until: i64) -> Result<Self, prices::Error> {
        let mut known = self.extras();
        if !known.is_empty() {
            let rows = 0..self.first_at(until)?;
            known.retain(|name| self.has_values(*name, &rows));
        }
        Ok(self.knowing(known.into()))
    }

    /// The same, for a caller who knows these extra columns and no version.
    pub(crate) fn knowing(self, extras: Arc<[ColumnName]>) -> Self {
        Self { known_extras: Some(extras), ..self }
    }

    /// Whether the caller is told versions and files, which later bars change too.
    pub(crate) fn tells_versions(&self) -> bool {
        self.known_extras.is_none()
    }

    /// Whether a bar opens before a time, a missing one too.
    pub(crate) fn begins_before(&self, time: i64) -> bool {
        let missing = self.missing.first().map(|missing| missing.first_time);
        self.first_time().into_iter().chain(missing).any(|first| first < time)
    }

    /// The number of expired bars at the start. Zero while price files are missing, as the row count is then unknown.
    pub(crate) fn expired(&self) -> Result<usize, prices::Error> {
        let Retention { rows_max, .. } = self.retention;
        let (Some(newest), []) = (self.last_time(), &*self.missing) else { return Ok(0) };
        let many = if rows_max == 0 { 0 } else { self.rows().saturating_sub(rows_max as usize) };
        Ok(many.max(self.first_at(self.retention.from(newest))?))
    }
}

/// A snapshot is asked about its bars as they are.
impl Deref for Snapshot {
    type Target = StoredBars;

    fn deref(&self) -> &StoredBars {
        &self.bars
    }
}

/// The bars as the question adjusts them.
impl Source for Snapshot {
    fn rows(&self) -> usize {
        self.bars.rows()
    }

    fn extras(&self) -> Vec<ColumnName> {
        match &self.known_extras {
            Some(known) => known.to_vec(),
            None => self.bars.extras(),
        }
    }

    fn values<'a>(&'a self, column: Column, rows: Range<usize>, scratch: &'a mut [f64]) -> &'a [f64] {
        let Some(adjustment) = self.adjustment.as_ref().filter(|one| one.changes(column, rows.start)) else {
            return self.bars.values(column, rows, scratch);
        };
        let scratch = &mut scratch[..rows.len()];
        let start = scratch.as_ptr();
        if std::ptr::eq(self.bars.values(column, rows.clone(), scratch).as_ptr(), start) {
            adjustment.scale(column, rows, scratch);
        } else {
            // Mapped or in memory: they are adjusted on the way, and nothing is written to the scratch of this second look.
            adjustment.scaled(column, rows.clone(), self.bars.values(column, rows, &mut []), scratch);
        }
        scratch
    }

    fn times(&self, rows: Range<usize>, times: &mut Vec<i64>) {
        self.bars.times(rows, times);
    }
}

//! The bars of a query, pinned while it runs.

use std::ops::Range;
use std::sync::Arc;

use super::adjust::factors::Adjustment;
use super::catalog::{self, SeriesFacts};
use super::derived::Derived;
use super::revisions::Stamp;
use super::snapshot::Snapshot;
use crate::prices;
use crate::series::{Bars, Column, ColumnName, SeriesId, Source, Span, Timeframe};

/// The bars of a stored series, of a resampled one, or inline bars.
#[derive(Debug, Clone)]
pub(crate) enum BarsSource {
    Snapshot(Arc<Snapshot>),
    Derived(Arc<Derived>),
    Bars(Arc<Bars>),
}

impl BarsSource {
    pub(crate) fn epoch(&self) -> u64 {
        match self {
            Self::Snapshot(snapshot) => snapshot.epoch,
            Self::Derived(derived) => derived.epoch,
            Self::Bars(_) => 0,
        }
    }

    /// The epoch as the caller is told it: 0 if it sees only bars up to a fixed time.
    pub(crate) fn visible_epoch(&self) -> u64 {
        match self {
            Self::Snapshot(snapshot) if !snapshot.tells_versions() => 0,
            Self::Derived(derived) if derived.stamp.is_none() => 0,
            _ => self.epoch(),
        }
    }

    /// Whether an answer with this epoch is over these bars, whichever caller it was told to.
    pub(crate) fn is_of(&self, visible_epoch: u64) -> bool {
        visible_epoch == self.epoch() || visible_epoch == 0
    }

    /// The identity of these bars; `None` for inline bars.
    pub(crate) fn name(&self) -> Option<String> {
        match self {
            Self::Snapshot(snapshot) => Some(snapshot.name()),
            Self::Derived(derived) => Some(derived.name().into()),
            Self::Bars(_) => None,
        }
    }

    /// The version of the stored bars these are made of; `None` for inline bars, and for a caller who is told none.
    pub(crate) fn stamp(&self) -> Option<Stamp> {
        match self {
            Self::Snapshot(snapshot) => snapshot.tells_versions().then(|| snapshot.stamp()),
            Self::Derived(derived) => derived.stamp.clone(),
            Self::Bars(_) => None,
        }
    }

    /// How the stored bars these are made of are adjusted.
    pub(crate) fn adjustment(&self) -> Option<&Arc<Adjustment>> {
        match self {
            Self::Snapshot(snapshot) => snapshot.adjustment.as_ref(),
            Self::Derived(derived) => derived.adjustment.as_ref(),
            Self::Bars(_) => None,
        }
    }

    /// When a row opens. The times of its block are verified.
    pub(crate) fn time(&self, row: usize) -> Result<i64, prices::Error> {
        self.verify(&(0..0), &[], &(row..row + 1))?;
        let mut times = Vec::with_capacity(1);
        self.times(row..row + 1, &mut times);
        Ok(times[0])
    }

    /// The facts of the series; `None` for inline bars.
    pub(crate) fn facts(&self, id: &SeriesId) -> Option<SeriesFacts> {
        match self {
            Self::Snapshot(snapshot) => Some(catalog::facts(id, snapshot)),
            Self::Derived(derived) => Some(derived.facts(id)),
            Self::Bars(_) => None,
        }
    }

    /// The timeframe that these bars were resampled from.
    pub(crate) fn derived_from(&self) -> Option<Timeframe> {
        match self {
            Self::Derived(derived) => Some(derived.from),
            Self::Snapshot(_) | Self::Bars(_) => None,
        }
    }

    pub(crate) fn rows_of(&self, span: &Span) -> Result<Range<usize>, prices::Error> {
        match self {
            Self::Snapshot(snapshot) => snapshot.rows_of(span),
            Self::Derived(derived) => Ok(derived.rows_of(span)),
            Self::Bars(bars) => {
                Ok(span.rows(bars.len(), |time| Bars::times(bars).partition_point(|&before| before < time)))
            }
        }
    }

    /// Those of these rows that open at a time or later; none without a time.
    pub(crate) fn rows_from(&self, rows: Range<usize>, time: Option<i64>) -> Result<Range<usize>, prices::Error> {
        let first = match time {
            Some(i64::MIN) => rows.start,
            Some(time) => self.first_at(time)?,
            None => rows.end,
        };
        // No rows are those before the first bar, for which nothing is read.
        let start = rows.start.max(first);
        Ok(if start < rows.end { start..rows.end } else { 0..0 })
    }

    /// The first row that opens at `time` or later.
    pub(crate) fn first_at(&self, time: i64) -> Result<usize, prices::Error> {
        match self {
            Self::Snapshot(snapshot) => snapshot.first_at(time),
            Self::Derived(derived) => Ok(derived.first_at(time)),
            Self::Bars(bars) => Ok(Bars::times(bars).partition_point(|&before| before < time)),
        }
    }

    /// Checks that these rows can be read as contiguous; see [`Snapshot::connected`].
    pub(crate) fn connected(&self, rows: &Range<usize>, from_before: bool) -> Result<(), prices::Error> {
        match self {
            Self::Snapshot(snapshot) => snapshot.connected(rows, from_before),
            Self::Derived(_) | Self::Bars(_) => Ok(()),
        }
    }

    /// The span from the first to the last of these rows; `None` if there are none.
    pub(crate) fn span_of(&self, rows: &Range<usize>) -> Result<Option<Span>, prices::Error> {
        let Some(last) = rows.clone().next_back() else { return Ok(None) };
        let span = Span::new(Some(self.time(rows.start)?), self.time(last)?.checked_add(1), None);
        Ok(Some(span.expect("bars are sorted by time")))
    }

    /// Verifies the blocks to be read that were not verified before.
    pub(crate) fn verify(
        &self,
        reads: &Range<usize>,
        columns: &[Column],
        times: &Range<usize>,
    ) -> Result<(), prices::Error> {
        match self {
            Self::Snapshot(snapshot) => snapshot.verify(reads, columns).and_then(|()| snapshot.verify_times(times)),
            Self::Derived(_) | Self::Bars(_) => Ok(()),
        }
    }

    /// The blocks that `verify` would verify.
    pub(crate) fn unverified(&self, reads: &Range<usize>, columns: &[Column], times: &Range<usize>) -> usize {
        match self {
            Self::Snapshot(snapshot) => snapshot.unverified(reads, columns, times),
            Self::Derived(_) | Self::Bars(_) => 0,
        }
    }
}

impl Source for BarsSource {
    fn rows(&self) -> usize {
        match self {
            Self::Snapshot(snapshot) => snapshot.rows(),
            Self::Derived(derived) => derived.rows(),
            Self::Bars(bars) => bars.rows(),
        }
    }

    fn extras(&self) -> Vec<ColumnName> {
        match self {
            Self::Snapshot(snapshot) => snapshot.extras(),
            Self::Derived(derived) => derived.extras(),
            Self::Bars(bars) => bars.extras(),
        }
    }

    fn values<'a>(&'a self, column: Column, rows: Range<usize>, scratch: &'a mut [f64]) -> &'a [f64] {
        match self {
            Self::Snapshot(snapshot) => snapshot.values(column, rows, scratch),
            Self::Derived(derived) => derived.values(column, rows, scratch),
            Self::Bars(bars) => bars.values(column, rows, scratch),
        }
    }

    fn times(&self, rows: Range<usize>, times: &mut Vec<i64>) {
        match self {
            Self::Snapshot(snapshot) => snapshot.times(rows, times),
            Self::Derived(derived) => derived.times(rows, times),
            Self::Bars(bars) => Source::times(&**bars, rows, times),
        }
    }
}

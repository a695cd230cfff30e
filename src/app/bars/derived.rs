//! Derived series: bars of a timeframe that is not stored, made of the bars of one that is, and kept while there is room.
//!
//! Only sealed bars are taken for good: as long as none of them changes, the next epoch goes on behind them and folds the
//! tail anew. So a derived bar depends on the source alone, never on what was asked before.

use std::ops::Range;
use std::sync::Arc;

use super::catalog::SeriesFacts;
use super::chunked::Chunks;
use super::snapshot::Snapshot;
use crate::app::Error;
use crate::app::pool::Cancellation;
use crate::cache::Memo;
use crate::series::{Bar, Column, Fill, Fold, Grid, Resampling, Retention, SeriesId, Source, Span, Timeframe};

/// What it costs to take in one bar, in bars times kernels: its time and five columns.
const BAR_COST: u64 = 4;

/// Bars that are taken in at once; as many as a block of a price file.
const BLOCK_ROWS: usize = 1024;

/// The bytes of a bar.
const BAR_BYTES: u64 = 48;

/// The derived series that there is room for.
pub(crate) type ResampledCache = Memo<Arc<Derived>>;

/// The bars of a longer timeframe, all of one epoch of their source.
#[derive(Debug, Clone)]
pub(crate) struct Derived {
    pub(crate) epoch: u64,
    /// The timeframe of the bars that these are made of.
    pub(crate) from: Timeframe,
    /// What tells the bars apart from all others, at this epoch.
    name: String,
    bars: Chunks,
    /// The newest bar while nothing says that it is closed.
    forming: Option<Bar>,
    sealed: Sealed,
}

/// What is made of sealed bars of the source.
#[derive(Debug, Clone)]
struct Sealed {
    fold: Fold,
    bars: Chunks,
    /// The bars of the source that are in it.
    rows: usize,
}

/// What is to be done before there are bars.
#[derive(Debug)]
pub(crate) struct ResamplePlan {
    pub(crate) snapshot: Arc<Snapshot>,
    from: Timeframe,
    grid: Grid,
    pub(crate) resampling: Resampling,
    /// An earlier epoch to go on from.
    pub(crate) before: Option<Arc<Derived>>,
    /// There are at most so many bars.
    pub(crate) rows_max: u64,
}

impl ResamplePlan {
    pub(crate) fn new(
        snapshot: Arc<Snapshot>,
        from: Timeframe,
        grid: Grid,
        resampling: Resampling,
        kept: &ResampledCache,
    ) -> Self {
        let times = snapshot.first_time().zip(snapshot.last_time());
        let all = times.map_or(0, |(first, last)| grid.count(first, last));
        let rows_max = if resampling.fill == Fill::None { all.min(snapshot.rows() as u64) } else { all };
        let mut resample_plan = Self { snapshot, from, grid, resampling, before: None, rows_max };
        let steady = |before: &Arc<Derived>| {
            resample_plan.snapshot.steady_since <= before.epoch && before.epoch <= resample_plan.snapshot.epoch
        };
        resample_plan.before = kept.get(&resample_plan.key()).filter(steady);
        resample_plan
    }

    /// The key under which it is kept, whatever the epoch.
    pub(crate) fn key(&self) -> String {
        let (origin, length) = self.grid.key();
        format!("{}:{origin}:{length}:{}", self.snapshot.series, self.resampling.fill.name())
    }

    pub(crate) fn matches(self, max: u64) -> Result<Self, Error> {
        let needed = self.rows_max.saturating_mul(BAR_BYTES);
        if needed > max {
            let hint = Some("use a longer timeframe, or do not fill gaps");
            return Err(Error::TooMuch { limit: "resampled_bytes_max", max, needed, hint });
        }
        Ok(self)
    }

    /// The bars of the source that are not taken in yet.
    fn rows(&self) -> Range<usize> {
        self.before.as_ref().map_or(0, |before| before.sealed.rows)..self.snapshot.rows()
    }

    /// What it costs, in bars times kernels.
    pub(crate) fn cost(&self) -> u64 {
        1 + self.rows().len() as u64 * BAR_COST
    }

    pub(crate) fn make(&self, cancellation: &Cancellation) -> Result<Derived, Error> {
        let Self { snapshot, from, grid, resampling, .. } = self;
        let mut sealed = match &self.before {
            Some(before) => before.sealed.clone(),
            None => Sealed { fold: Fold::new(*grid, resampling.fill), bars: Chunks::default(), rows: 0 },
        };
        sealed.take(snapshot, snapshot.sealed_rows(), cancellation)?;
        let mut all = sealed.clone();
        all.take(snapshot, snapshot.rows(), cancellation)?;
        let until = snapshot.last_time().map_or(i64::MIN, |last| last.saturating_add(from.nanos()));
        let mut forming = None;
        match all.fold.newest(until) {
            Some((bar, true)) => all.bars.push(bar),
            Some((bar, false)) => forming = Some(bar),
            None => {}
        }
        let name = format!("{}@{}", self.key(), snapshot.name());
        Ok(Derived { epoch: snapshot.epoch, from: *from, name, bars: all.bars, forming, sealed })
    }
}

impl Sealed {
    /// Takes in the bars of the source up to row `end`.
    fn take(&mut self, snapshot: &Snapshot, end: usize, cancellation: &Cancellation) -> Result<(), Error> {
        let Self { fold, bars, rows: taken } = self;
        let mut times = Vec::with_capacity(BLOCK_ROWS);
        let mut scratch = [[0.0; BLOCK_ROWS]; 5];
        while *taken < end {
            if !cancellation.is_active() {
                return Err(Error::Late);
            }
            let rows = *taken..end.min(*taken + BLOCK_ROWS);
            snapshot.verify(&rows, &Column::ALL)?;
            snapshot.verify_times(&rows)?;
            times.clear();
            snapshot.times(rows.clone(), &mut times);
            let mut scratch = scratch.iter_mut();
            let columns = Column::ALL.map(|column| {
                let scratch = scratch.next().expect("there are as many as columns");
                snapshot.values(column, rows.clone(), &mut scratch[..rows.len()])
            });
            fold.feed(&times, columns, |bar| bars.push(bar));
            *taken = rows.end;
        }
        Ok(())
    }
}

impl Derived {
    /// The bars as a caller wants them: the forming one is there for those who ask.
    pub(crate) fn shown(self: &Arc<Self>, resampling: &Resampling) -> Arc<Self> {
        let Some(bar) = self.forming.filter(|_| resampling.include_forming) else { return Arc::clone(self) };
        let mut shown = Self::clone(self);
        shown.bars.push(bar);
        shown.name.push_str(":forming");
        shown.into()
    }

    /// ResultDescription the bytes that it takes: chunks of sealed bars are source once.
    pub(crate) fn bytes(&self) -> usize {
        (self.bars.rows() + Chunks::ROWS) * BAR_BYTES as usize
    }

    /// What tells these bars apart from all others.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What is known of it as a series.
    pub(crate) fn facts(&self, id: &SeriesId) -> SeriesFacts {
        let times = |row: usize| (row < self.rows()).then(|| self.bars.time(row));
        SeriesFacts {
            id: id.clone(),
            rows: self.rows() as u64,
            first_time: times(0),
            last_time: self.rows().checked_sub(1).and_then(times),
            epoch: self.epoch,
            segments: 0,
            tail_rows: 0,
            file_bytes: 0,
            derived_from: Some(self.from),
            extras: Vec::new(),
            missing: Arc::default(),
            retention: Retention::default(),
        }
    }

    pub(crate) fn rows_of(&self, span: &Span) -> Range<usize> {
        span.rows(self.rows(), |time| self.bars.first_at(time))
    }
}

impl Source for Derived {
    fn rows(&self) -> usize {
        self.bars.rows()
    }

    fn values<'a>(&'a self, column: Column, rows: Range<usize>, scratch: &'a mut [f64]) -> &'a [f64] {
        self.bars.values(column, rows, scratch)
    }

    fn times(&self, rows: Range<usize>, times: &mut Vec<i64>) {
        self.bars.times(rows, times);
    }
}

//! Derived series: bars of a timeframe that is not stored, resampled from a stored one and cached.
//!
//! Resampling is an incremental fold over the source. Invariant: only sealed bars of the source are final. Their fold
//! is stored and the next epoch resumes behind it, as long as no sealed bar has changed (`steady_since`); the tail can
//! still be corrected, so it is folded again for each epoch. Folding the tail into the stored state as well would save
//! a little work, but a correction would then leave stale bars. A derived bar so depends on the source alone, never on
//! earlier queries.

use std::ops::Range;
use std::sync::Arc;

use super::adjust::factors::Adjustment;
use super::catalog::SeriesFacts;
use super::chunked::Chunks;
use super::revisions::since::ClientState;
use super::revisions::{Stamp, earlier};
use super::snapshot::Snapshot;
use crate::app::Error;
use crate::app::workers::cancellation::Cancellation;
use crate::cache::Memo;
use crate::prices::{self, BLOCK_ROWS};
use crate::series::{Bar, Column, Fill, Fold, Grid, Resampling, Retention, SeriesId, Source, Span, Timeframe};

/// The cost of folding one bar, in bars times kernels: its time and five columns.
const BAR_COST: u64 = 4;

/// The size of a bar in bytes.
const BAR_BYTES: u64 = 48;

/// The cache of derived series, bounded by bytes.
pub(crate) type ResampledCache = Memo<Arc<Derived>>;

/// The resampled bars of one epoch of their source.
#[derive(Debug, Clone)]
pub(crate) struct Derived {
    pub(crate) epoch: u64,
    /// The stored timeframe they are resampled from.
    pub(crate) from: Timeframe,
    /// The identity of the bars at this epoch.
    name: String,
    /// The version of their source; `None` for a caller who is told none.
    pub(crate) stamp: Option<Stamp>,
    /// How their source is adjusted.
    pub(crate) adjustment: Option<Arc<Adjustment>>,
    pub(crate) grid: Grid,
    bars: Chunks,
    /// The newest bar, if it is not known to be closed.
    forming: Option<Bar>,
    sealed: Sealed,
}

/// The fold over the sealed bars of the source.
#[derive(Debug, Clone)]
struct Sealed {
    fold: Fold,
    bars: Chunks,
    /// The source bars already folded.
    rows: usize,
}

/// A pending resampling.
#[derive(Debug)]
pub(crate) struct ResamplePlan {
    pub(crate) snapshot: Arc<Snapshot>,
    from: Timeframe,
    grid: Grid,
    pub(crate) resampling: Resampling,
    /// The newest source bar that counts, if not all do.
    tip: Option<Tip>,
    /// The fold of an earlier epoch to resume from.
    pub(crate) before: Option<Arc<Derived>>,
    /// The maximum number of bars.
    pub(crate) rows_max: u64,
}

/// A bar that was forming.
#[derive(Debug, Clone, Copy)]
struct Forming {
    start: i64,
    /// When the first source bar that may be part of it opens.
    from: i64,
}

/// The newest source bar that was closed at the time of a query's `as_of`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tip {
    /// The number of source bars up to it.
    rows: usize,
    /// When it opens; `None` without such a bar.
    open: Option<i64>,
    /// When it closes; the earliest time without such a bar.
    close: i64,
    /// When the newest one opens that is part of a bar. Those after it are outside of sessions: they close bars and begin none.
    part: Option<i64>,
}

impl Tip {
    pub(crate) fn find(snapshot: &Snapshot, from: Timeframe, grid: &Grid, as_of: i64) -> Result<Self, Error> {
        let until = from.opens_before(as_of);
        let (rows, open) = (snapshot.first_at(until)?, snapshot.time_before(until)?);
        let close = open.map_or(i64::MIN, |open| from.close(open).unwrap_or(i64::MAX));
        Ok(Self { rows, open, close, part: newest_in_session(snapshot, grid, open)? })
    }

    /// When the newest bar opens, if there is one.
    pub(crate) fn newest(&self) -> Option<i64> {
        self.open
    }
}

/// When the newest source bar opens that is part of a bar of the grid: this one, or one before it if this one is outside of sessions.
fn newest_in_session(snapshot: &Snapshot, grid: &Grid, mut open: Option<i64>) -> Result<Option<i64>, prices::Error> {
    while let Some(time) = open.filter(|&time| !grid.place(time).is_open) {
        open = snapshot.time_before(outside_since(grid, time))?;
    }
    Ok(open)
}

/// The first of the times up to this one that are all outside of the same sessions. All of them have the same end, by which they are
/// bisected: a search by rows would read a block of times per step.
fn outside_since(grid: &Grid, time: i64) -> i64 {
    let until = grid.place(time).until;
    let is_outside = |time| {
        let place = grid.place(time);
        !place.is_open && place.until == until
    };
    let (mut outside, mut step) = (time, 1_i64);
    let mut inside = loop {
        let before = outside.saturating_sub(step);
        if !is_outside(before) {
            break before;
        } else if before == i64::MIN {
            return before;
        }
        (outside, step) = (before, step.saturating_mul(2));
    };
    while inside + 1 < outside {
        let middle = inside.midpoint(outside);
        if is_outside(middle) { outside = middle } else { inside = middle }
    }
    outside
}

impl ResamplePlan {
    pub(crate) fn new(
        snapshot: Arc<Snapshot>,
        from: Timeframe,
        grid: Grid,
        resampling: Resampling,
        tip: Option<Tip>,
        cache: &ResampledCache,
    ) -> Self {
        let times = snapshot.first_time().zip(snapshot.last_time());
        let all = times.map_or(0, |(first, last)| grid.count(first, last));
        let rows_max = if resampling.fill == Fill::None { all.min(snapshot.rows() as u64) } else { all };
        let mut resample_plan = Self { snapshot, from, grid, resampling, tip, before: None, rows_max };
        let steady = |before: &Arc<Derived>| {
            resample_plan.snapshot.steady_since <= before.epoch && before.epoch <= resample_plan.snapshot.epoch
        };
        resample_plan.before = cache.get(&resample_plan.key()).filter(steady);
        resample_plan
    }

    /// The cache key, independent of the epoch.
    pub(crate) fn key(&self) -> String {
        let (series, adjusted) = (self.snapshot.series, self.snapshot.adjusted());
        format!("{series}:{}:{}:{adjusted:x}", self.grid.key(), self.resampling.fill.name())
    }

    pub(crate) fn matches(self, max: u64) -> Result<Self, Error> {
        let needed = self.rows_max.saturating_mul(BAR_BYTES);
        if needed > max {
            let hint = Some("use a longer timeframe, or do not fill gaps");
            return Err(Error::TooMuch { limit: "resampled_bytes_max", max, needed, hint });
        }
        Ok(self)
    }

    /// The resampled bars of this epoch, if they are known.
    pub(crate) fn made(&self) -> Option<&Arc<Derived>> {
        self.before.as_ref().filter(|before| before.epoch == self.snapshot.epoch)
    }

    /// The bars of the query, if nothing has to be folded for them.
    pub(crate) fn known(&self) -> Option<Arc<Derived>> {
        let made = self.made().filter(|_| self.forming_at_tip().is_none())?;
        Some(self.visible(if self.tip.is_some() { Arc::clone(made) } else { made.shown(&self.resampling) }))
    }

    /// Bars for the caller of the query: with their version, or without.
    fn visible(&self, derived: Arc<Derived>) -> Arc<Derived> {
        if self.snapshot.tells_versions() {
            derived
        } else {
            Arc::new(Derived { stamp: None, ..Derived::clone(&derived) })
        }
    }

    /// Only bars that open before this time count; `None` is all of them.
    pub(crate) fn until(&self) -> Option<i64> {
        self.tip.map(|tip| self.until_tip(&tip))
    }

    /// As the fold has them: a gap is filled once a later source bar is part of a bar, and not before.
    fn until_tip(&self, tip: &Tip) -> i64 {
        let Some((start, end)) = self.bar_at(tip) else { return i64::MIN };
        let is_shown = self.resampling.include_forming || end.is_some_and(|end| end <= tip.close);
        start.saturating_add(is_shown.into())
    }

    /// The bounds of the newest bar that has source bars.
    fn bar_at(&self, tip: &Tip) -> Option<(i64, Option<i64>)> {
        self.grid.place(tip.part?).bar
    }

    /// The bar that was forming at the tip, if the query asks for it.
    fn forming_at_tip(&self) -> Option<Forming> {
        let tip = self.tip.as_ref().filter(|_| self.resampling.include_forming)?;
        let (start, end) = self.bar_at(tip)?;
        let is_forming = end.is_none_or(|end| end > tip.close);
        is_forming.then_some(Forming { start, from: self.grid.place(tip.part?).from })
    }

    /// The earliest time from which these bars, as of a time, differ from what a caller has.
    pub(crate) fn changed(&self, client_state: &ClientState, as_of: Option<i64>) -> Result<Option<i64>, Error> {
        let mut changed = client_state.changed_source(&self.snapshot.stamp());
        if let Some(time) = changed.filter(|&time| time > i64::MIN) {
            let last = self.snapshot.time_before(time)?;
            let closed = last.map_or(i64::MIN, |last| self.from.close(last).unwrap_or(i64::MAX));
            let before = newest_in_session(&self.snapshot, &self.grid, last)?;
            changed = Some(match before.and_then(|before| self.grid.place(before).bar) {
                // A closed bar stays, and the gap behind it is filled; a source bar closes the bar before it.
                Some((_, Some(end))) if end <= closed => end,
                Some((start, _)) => start,
                None => self.grid.bounds(time).0,
            });
        }
        if client_state.as_of == as_of {
            return Ok(changed);
        }
        let tip = client_state.as_of.map(|time| Tip::find(&self.snapshot, self.from, &self.grid, time)).transpose()?;
        let moved = earlier(tip.map(|tip| self.until_tip(&tip)), self.until());
        // The bar that was forming is the last one before that time.
        let moved = moved.map(|until| until.saturating_sub(self.resampling.include_forming.into()));
        Ok(earlier(changed, moved))
    }

    /// The bars of the query.
    pub(crate) fn shown(&self, made: &Arc<Derived>, cancellation: &Cancellation) -> Result<Arc<Derived>, Error> {
        let Some(tip) = self.tip else { return Ok(self.visible(made.shown(&self.resampling))) };
        let Some(Forming { start, from }) = self.forming_at_tip() else { return Ok(self.visible(Arc::clone(made))) };
        let (fold, rows) = (Fold::new(self.grid, self.resampling.fill), self.snapshot.first_at(from)?);
        let mut forming = Sealed { fold, bars: Chunks::default(), rows };
        forming.take(&self.snapshot, tip.rows, cancellation)?;
        let bar = forming.fold.newest(i64::MIN).map(|(bar, _)| bar);
        Ok(self.visible(Arc::new(made.ending_with(start, bar, &format!("forming:{}", tip.open.unwrap_or(i64::MIN))))))
    }

    /// The source bars still to be folded.
    fn rows(&self) -> Range<usize> {
        match (self.made(), self.tip) {
            (Some(_), Some(tip)) => {
                let start = self.forming_at_tip().map(|forming| self.snapshot.first_at(forming.from));
                start.and_then(Result::ok).unwrap_or(0).min(tip.rows)..tip.rows
            }
            _ => self.before.as_ref().map_or(0, |before| before.sealed.rows)..self.snapshot.rows(),
        }
    }

    /// The cost, in nanoseconds.
    pub(crate) fn cost(&self) -> u64 {
        self.rows().len() as u64 * BAR_COST
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
        let until = snapshot.last_time().map_or(i64::MIN, |last| from.close(last).unwrap_or(i64::MAX));
        let mut forming = None;
        match all.fold.newest(until) {
            Some((bar, true)) => all.bars.push(bar),
            Some((bar, false)) => forming = Some(bar),
            None => {}
        }
        let name = format!("{}@{}", self.key(), snapshot.name());
        let (stamp, adjustment) = (Some(snapshot.stamp()), snapshot.adjustment.clone());
        let (epoch, from, grid, bars) = (snapshot.epoch, *from, *grid, all.bars);
        Ok(Derived { epoch, from, name, stamp, adjustment, grid, bars, forming, sealed })
    }
}

impl Sealed {
    /// Folds the source bars up to row `end`.
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
    /// The bars for a caller, with the forming bar on request.
    pub(crate) fn shown(self: &Arc<Self>, resampling: &Resampling) -> Arc<Self> {
        let Some(bar) = self.forming.filter(|_| resampling.include_forming) else { return Arc::clone(self) };
        self.ending_with(bar.time, Some(bar), "forming").into()
    }

    /// The bars before a time, then this one.
    fn ending_with(&self, time: i64, bar: Option<Bar>, name: &str) -> Self {
        let (mut bars, name) = (self.bars.clone(), format!("{}:{name}", self.name));
        bars.truncate(bars.first_at(time));
        bar.into_iter().for_each(|bar| bars.push(bar));
        Self { bars, name, ..self.clone() }
    }

    /// Whether the newest bar shown is not known to be closed.
    pub(crate) fn shows_forming(&self) -> bool {
        self.forming.is_some_and(|bar| self.rows().checked_sub(1).is_some_and(|row| self.bars.time(row) == bar.time))
    }

    /// The approximate size in bytes: chunks of sealed bars are shared.
    pub(crate) fn bytes(&self) -> usize {
        (self.bars.rows() + Chunks::ROWS) * BAR_BYTES as usize
    }

    /// The identity of these bars.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The facts of this series.
    pub(crate) fn facts(&self, id: &SeriesId) -> SeriesFacts {
        let times = |row: usize| (row < self.rows()).then(|| self.bars.time(row));
        SeriesFacts {
            id: id.clone(),
            rows: self.rows() as u64,
            first_time: times(0),
            last_time: self.rows().checked_sub(1).and_then(times),
            epoch: if self.stamp.is_some() { self.epoch } else { 0 },
            segments: 0,
            tail_rows: 0,
            file_bytes: 0,
            derived_from: Some(self.from),
            extras: Vec::new(),
            missing: Arc::default(),
            retention: Retention::default(),
            as_of: None,
        }
    }

    /// The first row that opens at `time` or later.
    pub(crate) fn first_at(&self, time: i64) -> usize {
        self.bars.first_at(time)
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

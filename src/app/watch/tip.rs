//! The tip of a series: its bars at one epoch, and the state of the plan just before the newest of them.
//!
//! The state stays before the newest bar, so that a bar that is replaced, formed further or joined late is computed from a
//! copy of the state, in O(1); a new bar moves the state on by one. A correction of older bars computes the state anew, from a
//! checkpoint of sealed bars if there is one. All of it is a [`PreparedQuery`]: there is no second way to compute.

use std::ops::Range;
use std::sync::Arc;

use super::queue::Update;
use super::token::Position;
use crate::app::bars::derived::Derived;
use crate::app::bars::join::Joined;
use crate::app::bars::revisions::{Mark, Stamp, earlier};
use crate::app::bars::source::BarsSource;
use crate::app::compute::compiled::CompiledQuery;
use crate::app::compute::prepared::{Portion, PreparedQuery};
use crate::app::workers::cancellation::Cancellation;
use crate::app::workers::executor::Progress;
use crate::app::{Answer, Error};
use crate::indicator::Checkpoint;
use crate::prices;
use crate::series::{Column, Source, Span, Timeframe};

/// How many bars the state may stay behind, where joined series have not reached the newest bars yet.
const BEHIND_MAX: usize = 256;

/// The cost of a column of a step apart from its values, in nanoseconds: the saved state, buffers and slices.
const COLUMN_COST: u64 = 2_000;

/// The most rows of resampled bars that are compared to find the first that differs.
const COMPARED_MAX: usize = 64;

/// The bars of a series at one epoch, as watchers see them.
pub(super) struct Tip {
    pub(super) source: Arc<BarsSource>,
    pub(super) joined: Vec<Joined>,
    /// The rows that are told as closed: all, or all but the newest.
    pub(super) closed: usize,
    /// Whether the row behind those is told too.
    pub(super) provisional: bool,
    /// When the last closed row opens.
    pub(super) closed_time: Option<i64>,
    /// When a newest bar that is not closed will be, by its timeframe.
    pub(super) closes_at: Option<i64>,
    stamps: Box<[Stamp]>,
}

impl Tip {
    /// The tip of these bars at the time `now`. The newest bar is closed once it has ended by the clock: the newest stored bar, of
    /// which a resampled one is made, may change until then. Every other bar is closed.
    pub(super) fn new(
        source: BarsSource,
        joined: Vec<Joined>,
        timeframe: Timeframe,
        with_forming: bool,
        now: i64,
    ) -> Result<Self, prices::Error> {
        let rows = source.rows();
        let newest = rows.checked_sub(1).map(|row| source.time(row)).transpose()?;
        let (end, is_open) = match &source {
            BarsSource::Derived(derived) => {
                (newest.and_then(|time| derived.grid.bounds(time).1), derived.shows_forming())
            }
            BarsSource::Snapshot(_) | BarsSource::Bars(_) => (newest.and_then(|time| timeframe.close(time)), false),
        };
        // Where bars are missing at its end, a resampled one stays open until the next.
        let closes_at = end.filter(|&end| !is_open && end > now);
        let forming = is_open || closes_at.is_some();
        let closed = rows - usize::from(forming);
        let closed_time = closed.checked_sub(1).map(|row| source.time(row)).transpose()?;
        let sources = std::iter::once(&source).chain(joined.iter().map(Joined::source));
        let stamps = sources.filter_map(BarsSource::stamp).collect();
        let provisional = with_forming && forming;
        Ok(Self { source: Arc::new(source), joined, closed, provisional, closed_time, closes_at, stamps })
    }

    /// The rows that are told.
    pub(super) fn reported_rows(&self) -> usize {
        self.closed + usize::from(self.provisional)
    }

    /// The position of a watcher that was told the rows up to one that opens at `time`.
    pub(super) fn position(&self, time: Option<i64>) -> Position {
        Position { time, marks: self.stamps.iter().map(|stamp| (stamp.mark, stamp.adjusted)).collect() }
    }

    /// The earliest time from which values may differ from those at these versions; `i64::MIN` if any may, `None` if none does.
    pub(super) fn changed_since(&self, marks: &[(Mark, u128)]) -> Result<Option<i64>, prices::Error> {
        if marks.len() != self.stamps.len() {
            return Ok(Some(i64::MIN));
        }
        let sources = std::iter::once(&*self.source).chain(self.joined.iter().map(Joined::source));
        let mut earliest = None;
        for ((source, stamp), mark) in sources.zip(&self.stamps).zip(marks) {
            earliest = earlier(earliest, changed_since(source, stamp, mark)?);
        }
        Ok(earliest)
    }

    /// As `changed_since`, from the bars before themselves: more exact where they are resampled.
    fn changed_from(&self, before: &Self) -> Result<Option<i64>, prices::Error> {
        let old = std::iter::once(&*before.source).chain(before.joined.iter().map(Joined::source));
        let new = std::iter::once(&*self.source).chain(self.joined.iter().map(Joined::source));
        let mut earliest = None;
        for (((old, new), stamp), before) in old.zip(new).zip(&self.stamps).zip(&before.stamps) {
            let changed = changed_since(new, stamp, &(before.mark, before.adjusted))?;
            earliest = earlier(
                earliest,
                match (old, new, changed) {
                    (BarsSource::Derived(old), BarsSource::Derived(new), Some(time)) if time > i64::MIN => {
                        first_difference(old, new, time)
                    }
                    _ => changed,
                },
            );
        }
        Ok(earliest)
    }

    /// The first row that opens at `time` or later.
    pub(super) fn row_at(&self, time: i64) -> Result<usize, prices::Error> {
        row_at(&self.source, time)
    }

    /// The first row after the one that opens at `time`.
    pub(super) fn row_after(&self, time: Option<i64>) -> Result<usize, prices::Error> {
        match time {
            Some(time) => time.checked_add(1).map_or(Ok(self.source.rows()), |after| self.row_at(after)),
            None => Ok(0),
        }
    }

    /// The first row to tell to somebody who was told the rows up to one that opens at `time`, and from when on those are void.
    pub(super) fn resume(
        &self,
        time: Option<i64>,
        changed: Option<i64>,
    ) -> Result<(usize, Option<i64>), prices::Error> {
        let unsent = self.row_after(time)?;
        let (Some(changed), Some(sent)) = (changed, time) else { return Ok((unsent, None)) };
        if changed > sent { Ok((unsent, None)) } else { Ok((self.row_at(changed)?, Some(changed))) }
    }

    /// The rows that will probably stay as they are: those before the newest bar, and before the newest of each joined series.
    fn settled(&self) -> Result<usize, prices::Error> {
        let rows = self.source.rows();
        let mut settled = rows.saturating_sub(1);
        for joined in self.joined.iter().map(Joined::source) {
            let newest = joined.rows().checked_sub(1).map(|row| joined.time(row)).transpose()?;
            settled = settled.min(newest.map_or(Ok(0), |newest| self.row_at(newest))?);
        }
        Ok(settled.max(rows.saturating_sub(BEHIND_MAX)))
    }
}

fn row_at(source: &BarsSource, time: i64) -> Result<usize, prices::Error> {
    let span = Span::new(Some(time), None, None).expect("a span without an end is valid");
    Ok(source.rows_of(&span)?.start)
}

/// The earliest bar of a source that differs from one at the version of a mark and with these factors, or may.
fn changed_since(
    source: &BarsSource,
    stamp: &Stamp,
    (mark, adjusted): &(Mark, u128),
) -> Result<Option<i64>, prices::Error> {
    // Other factors change all bars before an ex-date.
    if stamp.adjusted != *adjusted {
        return Ok(Some(i64::MIN));
    }
    if stamp.mark == *mark {
        return Ok(None);
    }
    let revised = stamp.revised_since(&mark.version);
    let grows = stamp.mark.last_time > mark.last_time;
    let after = mark.last_time.map_or(i64::MIN, |last| last.saturating_add(1));
    match source {
        BarsSource::Derived(derived) => {
            let changed = earlier(revised, grows.then_some(after));
            let Some(time) = changed.filter(|&time| time > i64::MIN) else { return Ok(changed) };
            // Behind a bar outside of sessions, the gap is filled with the next one that is in a session.
            let fills = mark.last_time.is_some_and(|last| !derived.grid.place(last).is_open);
            let start = derived.grid.bounds(time).0;
            Ok(Some(if fills { before_gap(derived, start) } else { start }))
        }
        BarsSource::Snapshot(_) | BarsSource::Bars(_) => {
            let first = if grows { Some(row_at(source, after)?) } else { None };
            let appended = first.filter(|&row| row < source.rows()).map(|row| source.time(row)).transpose()?;
            Ok(earlier(revised, appended))
        }
    }
}

/// The time of the first of the bars before this time that may only fill a gap, or this time.
fn before_gap(bars: &Derived, time: i64) -> i64 {
    let (mut row, mut earliest) = (bars.first_at(time), time);
    let mut times = Vec::with_capacity(1);
    while let Some(before) = row.checked_sub(1) {
        let mut scratch = [0.0];
        let [open, high, low, close, volume] =
            Column::ALL.map(|column| bars.values(column, before..row, &mut scratch)[0]);
        let is_flat = [high, low, close].iter().all(|price| price.to_bits() == open.to_bits());
        if volume != 0.0 || !is_flat {
            break;
        }
        times.clear();
        bars.times(before..row, &mut times);
        (row, earliest) = (before, times[0]);
    }
    earliest
}

/// The first row at or after `time` that is not the same in both.
fn first_difference(old: &Derived, new: &Derived, time: i64) -> Option<i64> {
    let span = Span::new(Some(time), None, None).expect("a span without an end is valid");
    let (first_old, first_new) = (old.rows_of(&span).start, new.rows_of(&span).start);
    let bar = |source: &Derived, row: usize| {
        let (mut times, mut scratch) = (Vec::with_capacity(1), [0.0]);
        (row < source.rows()).then(|| {
            source.times(row..row + 1, &mut times);
            (times[0], Column::ALL.map(|column| source.values(column, row..row + 1, &mut scratch)[0].to_bits()))
        })
    };
    for compared in 0.. {
        match (bar(old, first_old + compared), bar(new, first_new + compared)) {
            (None, None) => return None,
            (one, two) if one == two && compared < COMPARED_MAX => {}
            (one, two) => return one.into_iter().chain(two).map(|(time, _)| time).min(),
        }
    }
    None
}

/// How far a state has come.
pub(super) struct Progressed {
    /// The last tip told.
    pub(super) tip: Arc<Tip>,
    /// The state before one of its newest rows; `None` if it has to be computed.
    pub(super) base: Option<Checkpoint>,
}

/// The way from one tip to the next.
pub(super) struct Step {
    tip: Arc<Tip>,
    query: PreparedQuery,
    /// The first row to tell.
    first: usize,
    /// The row before which the state is saved.
    settled: usize,
    /// Whether the row of a forming bar is another than before.
    is_news: bool,
    revised_from: Option<i64>,
    /// The new closed rows before `first`, which are too many to be told.
    skipped: u64,
}

impl Step {
    /// The step to the tip `next`; `None` if it tells nothing and the state need not move.
    pub(super) fn plan(
        before: &Progressed,
        next: &Arc<Tip>,
        rows_max: usize,
        query: impl FnOnce(Range<usize>, Option<Checkpoint>) -> Result<PreparedQuery, Error>,
    ) -> Result<Option<Self>, Error> {
        let tip = &before.tip;
        let changed = next.changed_from(tip)?;
        let is_told = (next.closed, next.provisional) == (tip.closed, tip.provisional);
        if changed.is_none() && is_told && before.base.is_some() {
            return Ok(None);
        }
        let (first, revised_from) = next.resume(tip.closed_time, changed)?;
        // A state is of no use behind a change.
        let unchanged = changed.map_or(Ok(first), |time| next.row_at(time))?.min(first);
        let base = before.base.clone().filter(|base| base.row() <= unchanged);
        let settled = next.settled()?.max(base.as_ref().map_or(0, Checkpoint::row));
        let reported_rows = next.reported_rows();
        let start = first.min(settled).max(reported_rows.saturating_sub(rows_max.max(BEHIND_MAX)));
        let (first, end) = (first.max(start).min(reported_rows), reported_rows.max(settled));
        let skipped = first.min(next.closed).saturating_sub(next.row_after(tip.closed_time)?) as u64;
        let query = query(start..end, base)?;
        let is_news = changed.is_some() || !is_told;
        Ok(Some(Self { tip: Arc::clone(next), query, first, settled, is_news, revised_from, skipped }))
    }

    /// The cost, in nanoseconds.
    pub(super) fn cost(&self) -> u64 {
        let columns = self.query.compiled.columns().len() as u64;
        self.query.cost() + self.query.verify_cost() + columns * COLUMN_COST
    }

    /// Takes the step in parts: what to tell, and how far the state has come.
    pub(super) fn work(
        self,
    ) -> impl FnMut(&Cancellation) -> Result<Progress<(Vec<Update>, Progressed)>, Error> + Send + 'static {
        let Self { tip, query, first, settled, is_news, revised_from, skipped } = self;
        let (compiled, start, end) = (Arc::clone(&query.compiled), query.rows.start, query.rows.end);
        let mut stage = Stage::Begin(Box::new(query));
        move |cancellation| {
            let left = stage.run(settled - start, end - settled, &compiled, cancellation)?;
            if left > 0 {
                return Ok(Progress::More(compiled.cost(left).max(1)));
            }
            let Stage::Done([before, after], base) = std::mem::replace(&mut stage, Stage::Gone) else {
                return Err(Error::Internal("a step was taken twice"));
            };
            let mut updates = tell(&tip, start, &before.followed_by(&after), first, revised_from);
            if let Some(update) = updates.first_mut() {
                update.skipped = skipped;
            }
            let updates = updates.into_iter().filter(|update| is_news || !update.provisional).collect();
            Ok(Progress::Done((updates, Progressed { tip: Arc::clone(&tip), base: Some(base) })))
        }
    }
}

/// The updates with the rows of an answer from `first` on; the answer begins at `row`.
fn tell(tip: &Tip, row: usize, answer: &Answer, first: usize, revised_from: Option<i64>) -> Vec<Update> {
    let (closed, position) = (row.max(first)..tip.closed, tip.position(tip.closed_time));
    let mut updates = Vec::new();
    // Also where bars are gone, and there are none in their place.
    if !closed.is_empty() || revised_from.is_some() {
        let answer = answer.part(closed.start.min(closed.end) - row..closed.end - row);
        updates.push(Update { answer, provisional: false, revised_from, skipped: 0, position: position.clone() });
    }
    if tip.provisional {
        let answer = answer.part(tip.closed - row..tip.closed - row + 1);
        updates.push(Update { answer, provisional: true, revised_from: None, skipped: 0, position });
    }
    updates
}

/// When the last row of an answer opens.
pub(super) fn last_time(answer: &Answer) -> Option<i64> {
    answer.times.last_chunk().map(|bytes| i64::from_le_bytes(*bytes))
}

/// How far the computation of a step has come: the rows before the saved state, then those after it.
enum Stage {
    Begin(Box<PreparedQuery>),
    Before(Portion),
    After(Answer, Checkpoint, Portion),
    Done([Answer; 2], Checkpoint),
    Gone,
}

impl Stage {
    /// Computes a step of bars; the bars that are left.
    fn run(
        &mut self,
        before: usize,
        after: usize,
        compiled: &CompiledQuery,
        cancellation: &Cancellation,
    ) -> Result<usize, Error> {
        let bars = compiled.step_bars();
        loop {
            *self = match std::mem::replace(self, Self::Gone) {
                Self::Begin(query) => Self::Before(query.begin(cancellation)?.next(before)),
                Self::Before(mut portion) => match portion.advance(bars, cancellation)? {
                    0 => {
                        let (answer, mut cursor) = portion.finish();
                        let base = cursor.save_checkpoint(cancellation)?;
                        Self::After(answer, base, cursor.next(after))
                    }
                    left => {
                        *self = Self::Before(portion);
                        return Ok(left + after);
                    }
                },
                Self::After(answer, base, mut portion) => match portion.advance(bars, cancellation)? {
                    0 => Self::Done([answer, portion.finish().0], base),
                    left => {
                        *self = Self::After(answer, base, portion);
                        return Ok(left);
                    }
                },
                done @ (Self::Done(..) | Self::Gone) => {
                    *self = done;
                    return Ok(0);
                }
            }
        }
    }
}

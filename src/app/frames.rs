//! Derived series: bars of a timeframe that is not stored, made of the bars of one that is, and kept while there is room.
//!
//! Only sealed bars are taken for good: as long as none of them changes, the next epoch goes on behind them and folds the
//! tail anew. So a derived bar depends on the source alone, never on what was asked before.

use std::ops::Range;
use std::sync::Arc;

use super::chunks::Chunks;
use super::compute::Asked;
use super::held::Held;
use super::joined::Joined;
use super::pool::Wanted;
use super::shelf::SeriesFacts;
use super::task::Shape;
use super::view::View;
use super::{App, Error};
use crate::cache::Memo;
use crate::series::{Bar, Column, Fill, Fold, Framing, Grid, Retention, SeriesId, Source, Span, Symbol, Timeframe};

/// What it costs to take in one bar, in bars times kernels: its time and five columns.
const BAR_COST: u64 = 4;
/// Bars that are taken in at once; as many as a block of a price file.
const BLOCK_ROWS: usize = 1024;
/// The bytes of a bar.
const BAR_BYTES: u64 = 48;

/// The derived series that there is room for.
pub(super) type Derivations = Memo<Arc<Derived>>;

/// The bars of a longer timeframe, all of one epoch of their source.
#[derive(Debug, Clone)]
pub(super) struct Derived {
    pub(super) epoch: u64,
    /// The timeframe of the bars that these are made of.
    pub(super) from: Timeframe,
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
pub(super) struct Derivation {
    view: Arc<View>,
    from: Timeframe,
    grid: Grid,
    framing: Framing,
    /// An earlier epoch to go on from.
    before: Option<Arc<Derived>>,
    /// There are at most so many bars.
    rows_max: u64,
}

/// The bars of a series: those that are there, or what makes them.
pub(super) enum Sought {
    Held(Held),
    Derivation(Derivation),
}

/// The bars of a question: of its own series, and of the others that it names; `None` is its own.
pub(super) struct Pending {
    own: Sought,
    others: Vec<(SeriesId, Option<Sought>)>,
}

impl Pending {
    fn all(&self) -> impl Iterator<Item = &Sought> {
        std::iter::once(&self.own).chain(self.others.iter().filter_map(|(_, sought)| sought.as_ref()))
    }

    /// What is left to do, in bars times kernels.
    pub(super) fn cost(&self) -> u64 {
        self.all().map(Sought::cost).sum()
    }

    /// What it costs at most to make the bars and to compute over all of them.
    pub(super) fn cost_max(&self, shape: &Shape) -> u64 {
        self.cost() + self.own.rows_max() * shape.bar_cost() + self.all().map(Sought::rows_max).sum::<u64>()
    }
}

impl Sought {
    /// What is left to do, in bars times kernels; something wherever bars are still to be made.
    fn cost(&self) -> u64 {
        match self {
            Self::Held(_) => 0,
            Self::Derivation(derivation) => derivation.cost(),
        }
    }

    /// There are at most so many bars.
    fn rows_max(&self) -> u64 {
        match self {
            Self::Held(held) => held.rows() as u64,
            Self::Derivation(derivation) => derivation.rows_max,
        }
    }
}

impl App {
    /// Where the bars of a series come from. Those that are stored are given as they are, unless gaps are to be filled or
    /// sessions begin at another time; others are made of the longest stored timeframe of which they are whole bars.
    pub(super) fn sought(&self, id: &SeriesId, framing: &Framing) -> Result<Sought, Error> {
        let (grid, plain) = (Grid::new(id.timeframe, framing), Framing::default());
        let as_stored = framing.fill == plain.fill && grid == Grid::new(id.timeframe, &plain);
        if let Some(kept) = self.shelf.get(id).filter(|_| as_stored) {
            return Ok(Sought::Held(Held::View(kept.load_full())));
        }
        let stored = self.shelf.timeframes(&id.symbol);
        let makes = |&&from: &&Timeframe| grid.is_made_of(&Grid::new(from, &plain));
        let Some(&from) = stored.iter().rfind(makes) else {
            let (id, offset_minutes) = (id.clone(), framing.offset_minutes());
            return Err(if stored.is_empty() {
                Error::NoSeries(id)
            } else {
                Error::NoFrame { id, offset_minutes, stored }
            });
        };
        let source = SeriesId { symbol: id.symbol.clone(), timeframe: from };
        let derivation = Derivation::new(self.kept(&source)?.load_full(), from, grid, *framing, &self.derivations);
        let bytes_max = self.limits().resampled_bytes_max;
        match derivation.before.as_ref().filter(|before| before.epoch == derivation.view.epoch) {
            Some(made) => Ok(Sought::Held(Held::Derived(made.shown(framing)))),
            None => derivation.fits(bytes_max).map(Sought::Derivation),
        }
    }

    /// Does what is left to do, on the pool where it takes long.
    async fn derive(&self, derivation: Derivation, wanted: &Wanted) -> Result<Held, Error> {
        let (cost, derivations) = (derivation.cost(), Arc::clone(&self.derivations));
        let work = move |wanted: &Wanted| {
            let made = Arc::new(derivation.make(wanted)?);
            derivations.put(derivation.key(), made.bytes(), Arc::clone(&made));
            Ok(Held::Derived(made.shown(&derivation.framing)))
        };
        self.run(cost, wanted, work).await
    }

    /// Where the bars of a question about a series come from: its own, and those of the others that it names, made alike.
    pub(super) fn pending(&self, id: &SeriesId, asked: &Asked) -> Result<Pending, Error> {
        let own = self.sought(id, &asked.framing)?;
        let other = |symbol: &Symbol| {
            let other = SeriesId { symbol: symbol.clone(), timeframe: id.timeframe };
            // Where it names its own, those are the bars at hand: a question knows one epoch of each series.
            let sought = (other != *id).then(|| self.sought(&other, &asked.framing)).transpose()?;
            Ok((other, sought))
        };
        let others = asked.shape.plan.series().iter().map(other).collect::<Result<_, Error>>()?;
        Ok(Pending { own, others })
    }

    /// The bars of a question, once all are made.
    pub(super) async fn made(&self, pending: Pending, wanted: &Wanted) -> Result<(Held, Vec<Joined>), Error> {
        let own = self.found(pending.own, wanted).await?;
        let mut joined = Vec::with_capacity(pending.others.len());
        for (id, sought) in pending.others {
            let held = match sought {
                Some(sought) => self.found(sought, wanted).await?,
                None => own.clone(),
            };
            joined.push(Joined::new(id, held));
        }
        Ok((own, joined))
    }

    async fn found(&self, sought: Sought, wanted: &Wanted) -> Result<Held, Error> {
        match sought {
            Sought::Held(held) => Ok(held),
            Sought::Derivation(derivation) => self.derive(derivation, wanted).await,
        }
    }

    /// The bars of a series, once work of their cost was taken on and done.
    pub(super) async fn bars(&self, id: &SeriesId, framing: &Framing, wanted: &Wanted) -> Result<Held, Error> {
        match self.sought(id, framing)? {
            Sought::Held(held) => Ok(held),
            Sought::Derivation(derivation) => {
                let _admitted = self.admission.admit(derivation.cost(), self.limits().work_max)?;
                self.derive(derivation, wanted).await
            }
        }
    }
}

impl Derivation {
    fn new(view: Arc<View>, from: Timeframe, grid: Grid, framing: Framing, kept: &Derivations) -> Self {
        let times = view.first_time().zip(view.last_time());
        let all = times.map_or(0, |(first, last)| grid.count(first, last));
        let rows_max = if framing.fill == Fill::None { all.min(view.rows() as u64) } else { all };
        let mut derivation = Self { view, from, grid, framing, before: None, rows_max };
        let steady = |before: &Arc<Derived>| {
            derivation.view.steady_since <= before.epoch && before.epoch <= derivation.view.epoch
        };
        derivation.before = kept.get(&derivation.key()).filter(steady);
        derivation
    }

    /// The key under which it is kept, whatever the epoch.
    fn key(&self) -> String {
        let (origin, length) = self.grid.key();
        format!("{}:{origin}:{length}:{}", self.view.series, self.framing.fill.name())
    }

    fn fits(self, max: u64) -> Result<Self, Error> {
        let needed = self.rows_max.saturating_mul(BAR_BYTES);
        if needed > max {
            let hint = Some("use a longer timeframe, or do not fill gaps");
            return Err(Error::TooMuch { limit: "resampled_bytes_max", max, needed, hint });
        }
        Ok(self)
    }

    /// The bars of the source that are not taken in yet.
    fn rows(&self) -> Range<usize> {
        self.before.as_ref().map_or(0, |before| before.sealed.rows)..self.view.rows()
    }

    /// What it costs, in bars times kernels.
    pub(super) fn cost(&self) -> u64 {
        1 + self.rows().len() as u64 * BAR_COST
    }

    fn make(&self, wanted: &Wanted) -> Result<Derived, Error> {
        let Self { view, from, grid, framing, .. } = self;
        let mut sealed = match &self.before {
            Some(before) => before.sealed.clone(),
            None => Sealed { fold: Fold::new(*grid, framing.fill), bars: Chunks::default(), rows: 0 },
        };
        sealed.take(view, view.sealed_rows(), wanted)?;
        let mut all = sealed.clone();
        all.take(view, view.rows(), wanted)?;
        let until = view.last_time().map_or(i64::MIN, |last| last.saturating_add(from.nanos()));
        let mut forming = None;
        match all.fold.newest(until) {
            Some((bar, true)) => all.bars.push(bar),
            Some((bar, false)) => forming = Some(bar),
            None => {}
        }
        let name = format!("{}@{}:{}", self.key(), view.epoch, view.rows());
        Ok(Derived { epoch: view.epoch, from: *from, name, bars: all.bars, forming, sealed })
    }
}

impl Sealed {
    /// Takes in the bars of the source up to row `end`.
    fn take(&mut self, view: &View, end: usize, wanted: &Wanted) -> Result<(), Error> {
        let Self { fold, bars, rows: taken } = self;
        let mut times = Vec::with_capacity(BLOCK_ROWS);
        let mut scratch = [[0.0; BLOCK_ROWS]; 5];
        while *taken < end {
            if !wanted.still() {
                return Err(Error::Late);
            }
            let rows = *taken..end.min(*taken + BLOCK_ROWS);
            view.verify(&rows, &Column::ALL)?;
            view.verify_times(&rows)?;
            times.clear();
            view.times(rows.clone(), &mut times);
            let mut scratch = scratch.iter_mut();
            let columns = Column::ALL.map(|column| {
                let scratch = scratch.next().expect("there are as many as columns");
                view.values(column, rows.clone(), &mut scratch[..rows.len()])
            });
            fold.feed(&times, columns, |bar| bars.push(bar));
            *taken = rows.end;
        }
        Ok(())
    }
}

impl Derived {
    /// The bars as a caller wants them: the forming one is there for those who ask.
    fn shown(self: &Arc<Self>, framing: &Framing) -> Arc<Self> {
        let Some(bar) = self.forming.filter(|_| framing.include_forming) else { return Arc::clone(self) };
        let mut shown = Self::clone(self);
        shown.bars.push(bar);
        shown.name.push_str(":forming");
        shown.into()
    }

    /// About the bytes that it takes: chunks of sealed bars are held once.
    fn bytes(&self) -> usize {
        (self.bars.rows() + Chunks::ROWS) * BAR_BYTES as usize
    }

    /// What tells these bars apart from all others.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// What is known of it as a series.
    pub(super) fn facts(&self, id: &SeriesId) -> SeriesFacts {
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
            retention: Retention::default(),
        }
    }

    pub(super) fn rows_of(&self, span: &Span) -> Range<usize> {
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

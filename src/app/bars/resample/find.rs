//! Which stored series the bars of a question are, or are made of, and how the question sees them.
//!
//! Finding a series reads no bars. Looking at it may: where dividends need the close before them, or a caller with a fixed time may
//! not learn of later columns. That is work for the pool, admitted as the computation itself.

use std::sync::Arc;

use crate::app::bars::adjust::Adjust;
use crate::app::bars::adjust::adjusted::{Adjusting, Adjustments};
use crate::app::bars::catalog::{self, Catalog, SeriesFacts};
use crate::app::bars::derived::{ResamplePlan, ResampledCache, Tip};
use crate::app::bars::revisions::earlier;
use crate::app::bars::revisions::since::ClientState;
use crate::app::bars::snapshot::Snapshot;
use crate::app::bars::source::BarsSource;
use crate::app::bars::visible::{View, VisibleBars, missing_before};
use crate::app::workers::cancellation::Cancellation;
use crate::app::workers::executor::INLINE_COST_MAX;
use crate::app::{Error, Limits};
use crate::prices;
use crate::series::{Grid, Resampling, SeriesId, Source, Timeframe};

/// The cost of finding the factor of an action: of reading a block, in nanoseconds.
const READ_COST: u64 = 3_000;

/// The bars of a series.
pub(crate) struct Resolved {
    pub(crate) pending: Pending,
    /// As of [`VisibleBars`].
    pub(crate) until: Option<i64>,
    /// The earliest time from which they differ from what the caller has; `None` if they do not, or if it has nothing.
    pub(crate) changed: Option<i64>,
}

impl Resolved {
    /// The bars of a stored series.
    pub(crate) fn stored(
        snapshot: Arc<Snapshot>,
        timeframe: Timeframe,
        as_of: Option<i64>,
        client_state: Option<ClientState>,
    ) -> Self {
        let until = |time: Option<i64>| time.map(|time| timeframe.opens_before(time));
        let changed = client_state.and_then(|client_state| {
            let moved =
                if client_state.as_of == as_of { None } else { earlier(until(client_state.as_of), until(as_of)) };
            earlier(client_state.changed(&snapshot.stamp()), moved)
        });
        Self { pending: Pending::Ready(BarsSource::Snapshot(snapshot)), until: until(as_of), changed }
    }
}

/// Bars that are ready, a pending resampling, or a series whose bars have to be read to know either.
pub(crate) enum Pending {
    Ready(BarsSource),
    Resample(ResamplePlan),
    Look(Box<Found>),
}

/// What it takes to resolve the bars of a query. Copies share it.
#[derive(Clone)]
pub(in crate::app::bars) struct Resolver {
    pub(in crate::app::bars) catalog: Arc<Catalog>,
    pub(in crate::app::bars) resampled_cache: Arc<ResampledCache>,
    pub(in crate::app::bars) adjustments: Arc<Adjustments>,
    pub(in crate::app::bars) limits: Arc<Limits>,
}

/// A stored series that is found for a query, before its bars are looked at.
pub(crate) struct Found {
    snapshot: Arc<Snapshot>,
    series: SeriesId,
    /// The bars to make of it; `None` are its own.
    grid: Option<Grid>,
    resampling: Resampling,
    as_of: Option<i64>,
    fixed: Option<i64>,
    adjusting: Adjusting,
    client_state: Option<ClientState>,
}

impl Found {
    /// The cost of what has to be read before the query is known, in nanoseconds: closes for the factors of dividends, and whether
    /// an extra column has values. 0 reads nothing.
    pub(super) fn cost(&self) -> u64 {
        let dividends = match &self.adjusting {
            Adjusting::Known(_) => 0,
            Adjusting::Unknown(unknown) => unknown.actions() as u64 * READ_COST,
        };
        let columns = match self.fixed {
            Some(_) => (self.snapshot.extras().len() * self.snapshot.rows()) as u64,
            None => 0,
        };
        // Blocks may have to be read from the disk: never inline.
        match dividends + columns {
            0 => 0,
            cost => INLINE_COST_MAX + cost,
        }
    }

    /// The bars in the view of the query. Reads what [`Self::cost`] says.
    pub(super) fn looked_at(self, resolver: &Resolver) -> Result<Resolved, Error> {
        let Self { snapshot, series, grid, resampling, as_of, fixed, adjusting, client_state } = self;
        let adjustment = match adjusting {
            Adjusting::Known(adjustment) => adjustment,
            Adjusting::Unknown(unknown) => resolver.adjustments.make(&snapshot, &series, unknown)?,
        };
        let snapshot = match adjustment {
            Some(adjustment) => Arc::new(Snapshot::clone(&snapshot).adjusted_by(adjustment)),
            None => snapshot,
        };
        let timeframe = series.timeframe;
        let snapshot = match fixed {
            Some(time) => Arc::new(Snapshot::clone(&snapshot).known_until(timeframe.opens_before(time))?),
            None => snapshot,
        };
        let Some(grid) = grid else { return Ok(Resolved::stored(snapshot, timeframe, as_of, client_state)) };
        // The fold needs all bars of the source, in order.
        if let Some(missing) = snapshot.missing.first() {
            return Err(prices::Error::lost(missing).into());
        }
        let tip = as_of.map(|time| Tip::find(&snapshot, timeframe, &grid, time)).transpose()?;
        check_calendar(&resampling, &snapshot, tip.as_ref())?;
        let plan = ResamplePlan::new(snapshot, timeframe, grid, resampling, tip, &resolver.resampled_cache);
        let until = plan.until();
        let changed = client_state.map_or(Ok(None), |client_state| plan.changed(&client_state, as_of))?;
        let pending = match plan.known() {
            Some(known) => Pending::Ready(BarsSource::Derived(known)),
            None => Pending::Resample(plan.matches(resolver.limits.resampled_bytes_max)?),
        };
        Ok(Resolved { pending, until, changed })
    }
}

impl Resolver {
    /// Finds the stored series whose bars are those of a series in this view, or that they are made of. A stored series is used as
    /// it is, unless gaps are to be filled or sessions are shifted; otherwise the longest stored timeframe that divides this one is
    /// resampled. Series without bars at that time count only if no other does.
    pub(super) fn find(
        &self,
        id: &SeriesId,
        resampling: &Resampling,
        view: &View<'_>,
        place: usize,
    ) -> Result<Found, Error> {
        let (grid, plain) = (Grid::new(id.timeframe, resampling), Resampling::default());
        let as_stored = resampling.fill == plain.fill && grid == Grid::new(id.timeframe, &plain);
        let own = self.catalog.get(id).filter(|_| as_stored).map(|slot| slot.load_full());
        let own = own.filter(|snapshot| view.knows(snapshot, id.timeframe));
        let found = |timeframe, snapshot, grid| {
            let series = SeriesId { symbol: id.symbol.clone(), timeframe };
            self.found((series, snapshot), (grid, *resampling), view, place)
        };
        if let Some(snapshot) = own.as_ref().filter(|snapshot| view.sees(snapshot, id.timeframe)) {
            return Ok(found(id.timeframe, Arc::clone(snapshot), None));
        }
        let mut stored = self.catalog.of_symbol(&id.symbol);
        stored.retain(|(timeframe, snapshot)| view.knows(snapshot, *timeframe));
        let made = |(from, snapshot): &(Timeframe, Arc<Snapshot>)| {
            grid.made_of(*from).map(|grid| found(*from, Arc::clone(snapshot), Some(grid)))
        };
        let mut seen = stored.iter().rev().filter(|(timeframe, snapshot)| view.sees(snapshot, *timeframe));
        let source = seen.find_map(made).or_else(|| match own {
            Some(own) => Some(found(id.timeframe, own, None)),
            None => stored.iter().rev().find_map(made),
        });
        source.ok_or_else(|| match stored.is_empty() {
            true => Error::NoSeries(id.clone()),
            false => {
                let stored = stored.iter().map(|(timeframe, _)| *timeframe).collect();
                Error::NoFrame { id: id.clone(), resampling: *resampling, stored }
            }
        })
    }

    fn found(
        &self,
        (series, snapshot): (SeriesId, Arc<Snapshot>),
        (grid, resampling): (Option<Grid>, Resampling),
        view: &View<'_>,
        place: usize,
    ) -> Found {
        let (as_of, fixed, client_state) = (view.as_of, view.fixed, view.client_state(place));
        let table = (view.adjust != Adjust::None).then(|| self.catalog.actions().get(&series.symbol)).flatten();
        let adjusting = match table {
            Some(table) => {
                let until = as_of.map(|time| series.timeframe.opens_before(time));
                self.adjustments.find(&snapshot, table, view.adjust, as_of, until)
            }
            None => Adjusting::Known(None),
        };
        Found { snapshot, series, grid, resampling, as_of, fixed, adjusting, client_state }
    }
}

/// The facts of stored series at a fixed time. Where they cannot be known, as of a missing price file, a series has no bars.
pub(in crate::app::bars) fn facts_as_of(
    listed: Vec<(SeriesId, Arc<Snapshot>)>,
    fixed: i64,
    cancellation: &Cancellation,
) -> Result<Vec<SeriesFacts>, Error> {
    let facts = |(id, snapshot): (SeriesId, Arc<Snapshot>)| {
        cancellation.check()?;
        let until = id.timeframe.opens_before(fixed);
        let known = Snapshot::clone(&snapshot).known_until(until);
        let known = known.unwrap_or_else(|_| Snapshot::clone(&snapshot).knowing([].into()));
        let facts = catalog::facts(&id, &known);
        let missing = missing_before(&facts.missing, until);
        let none = SeriesFacts { rows: 0, first_time: None, last_time: None, missing, ..facts.clone() };
        let bars = VisibleBars { source: BarsSource::Snapshot(Arc::new(known)), until: Some(until) };
        Ok(bars.describe(facts, fixed).unwrap_or(SeriesFacts { as_of: Some(fixed), ..none }))
    };
    listed.into_iter().map(facts).collect()
}

/// Checks that the calendar reaches the bars that count.
fn check_calendar(resampling: &Resampling, snapshot: &Snapshot, tip: Option<&Tip>) -> Result<(), Error> {
    let last = tip.map_or_else(|| snapshot.last_time(), Tip::newest);
    match (resampling.calendar(), snapshot.first_time(), last) {
        (Some(calendar), Some(first), Some(last)) => Ok(calendar.covers(first, last)?),
        _ => Ok(()),
    }
}

//! Resampling: picks the stored timeframe for the bars of a query and plans the fold.
//!
//! Knows the catalog and derived bars; does not know the fold itself.

use std::sync::Arc;

use super::derived::{ResamplePlan, Tip};
use super::join::Joined;
use super::reader::BarsReader;
use super::revisions::earlier;
use super::snapshot::Snapshot;
use super::source::BarsSource;
use super::visible::{Pending, Resolved, View, VisibleBars};
use crate::app::Error;
use crate::app::workers::call_context::CallContext;
use crate::app::workers::cancellation::Cancellation;
use crate::prices;
use crate::series::{Grid, Resampling, SeriesId, Symbol, Timeframe};

/// The bars of a query: of its own series (`None`) and of the joined ones.
pub(crate) struct Inputs {
    own: Resolved,
    others: Vec<(SeriesId, Option<Resolved>)>,
}

impl Inputs {
    fn all(&self) -> impl Iterator<Item = &Resolved> {
        std::iter::once(&self.own).chain(self.others.iter().filter_map(|(_, resolve)| resolve.as_ref()))
    }

    /// Whether some bars have still to be resampled.
    pub(crate) fn are_pending(&self) -> bool {
        self.all().any(|resolved| matches!(resolved.pending, Pending::Resample(_)))
    }

    /// The earliest time from which rows differ from what the caller has.
    pub(crate) fn changed(&self) -> Option<i64> {
        self.all().fold(None, |earliest, resolved| earlier(earliest, resolved.changed))
    }
}

/// Checks that the calendar reaches the bars that count.
fn check_calendar(resampling: &Resampling, snapshot: &Snapshot, tip: Option<&Tip>) -> Result<(), Error> {
    let last = tip.map_or_else(|| snapshot.last_time(), Tip::newest);
    match (resampling.calendar(), snapshot.first_time(), last) {
        (Some(calendar), Some(first), Some(last)) => Ok(calendar.covers(first, last)?),
        _ => Ok(()),
    }
}

impl BarsReader {
    /// Resolves the bars of a series in this view; `place` is 0 for the own series of the question, then the joined ones. A stored
    /// series is used as it is, unless gaps are to be filled or sessions are shifted; otherwise the longest stored timeframe that
    /// divides this one is resampled. Who asks is checked by the callers.
    pub(crate) fn resolve(
        &self,
        id: &SeriesId,
        resampling: &Resampling,
        view: &View<'_>,
        place: usize,
    ) -> Result<Resolved, Error> {
        let (as_of, held) = (view.as_of, view.held(place));
        let (grid, plain) = (Grid::new(id.timeframe, resampling), Resampling::default());
        let as_stored = resampling.fill == plain.fill && grid == Grid::new(id.timeframe, &plain);
        if let Some(slot) = self.catalog.get(id).filter(|_| as_stored) {
            return Ok(Resolved::stored(self.adjusted(slot.load_full(), id, view)?, id.timeframe, as_of, held));
        }
        let stored = self.catalog.timeframes(&id.symbol);
        let made = |&from: &Timeframe| Some((from, grid.made_of(from)?));
        let Some((from, grid)) = stored.iter().rev().find_map(made) else {
            let (id, resampling) = (id.clone(), *resampling);
            return Err(if stored.is_empty() {
                Error::NoSeries(id)
            } else {
                Error::NoFrame { id, resampling, stored }
            });
        };
        let source = SeriesId { symbol: id.symbol.clone(), timeframe: from };
        let snapshot = self.adjusted(self.slot(&source)?.load_full(), &source, view)?;
        // The fold needs all bars of the source, in order.
        if let Some(missing) = snapshot.missing.first() {
            return Err(prices::Error::lost(missing).into());
        }
        let tip = as_of.map(|time| Tip::find(&snapshot, from, time)).transpose()?;
        check_calendar(resampling, &snapshot, tip.as_ref())?;
        let plan = ResamplePlan::new(snapshot, from, grid, *resampling, tip, &self.resampled_cache);
        let until = plan.until();
        let changed = held.map_or(Ok(None), |held| plan.changed(&held, as_of))?;
        let pending = match plan.known() {
            Some(known) => Pending::Ready(BarsSource::Derived(known)),
            None => Pending::Resample(plan.matches(self.limits.resampled_bytes_max)?),
        };
        Ok(Resolved { pending, until, changed })
    }

    /// Does the pending resampling.
    async fn derive(&self, resample_plan: ResamplePlan, context: &CallContext) -> Result<BarsSource, Error> {
        let (cost, resampled_cache) = (resample_plan.cost(), Arc::clone(&self.resampled_cache));
        let work = move |cancellation: &Cancellation| {
            let made = match resample_plan.made() {
                Some(made) => Arc::clone(made),
                None => {
                    let made = Arc::new(resample_plan.make(cancellation)?);
                    resampled_cache.put(resample_plan.key(), made.bytes(), Arc::clone(&made));
                    made
                }
            };
            Ok(BarsSource::Derived(resample_plan.shown(&made, cancellation)?))
        };
        self.executor.run(context, cost, work).await
    }

    /// Resolves the bars of a query: its own series and those of the symbols it joins, with the same resampling.
    pub(crate) fn inputs(
        &self,
        id: &SeriesId,
        resampling: &Resampling,
        view: View<'_>,
        joined: &[Symbol],
        context: &CallContext,
    ) -> Result<Inputs, Error> {
        context.permit(id)?;
        joined.iter().try_for_each(|symbol| context.permit_symbol(symbol))?;
        let view = View { is_joined: !joined.is_empty(), ..view };
        let own = self.resolve(id, resampling, &view, 0)?;
        let other = |(index, symbol): (usize, &Symbol)| {
            let other = SeriesId { symbol: symbol.clone(), timeframe: id.timeframe };
            // A self-reference uses the same bars: one epoch per series and query.
            let resolve = (other != *id).then(|| self.resolve(&other, resampling, &view, 1 + index)).transpose()?;
            Ok((other, resolve))
        };
        let others = joined.iter().enumerate().map(other).collect::<Result<_, Error>>()?;
        Ok(Inputs { own, others })
    }

    /// The bars of a query, after all resampling is done.
    pub(crate) async fn load(
        &self,
        inputs: Inputs,
        context: &CallContext,
    ) -> Result<(VisibleBars, Vec<Joined>), Error> {
        let own = self.loaded(inputs.own, context).await?;
        let mut joined = Vec::with_capacity(inputs.others.len());
        for (id, resolve) in inputs.others {
            let source = match resolve {
                Some(resolve) => self.loaded(resolve, context).await?,
                None => own.clone(),
            };
            joined.push(Joined::new(id, source));
        }
        Ok((own, joined))
    }

    async fn loaded(&self, resolved: Resolved, context: &CallContext) -> Result<VisibleBars, Error> {
        let source = match resolved.pending {
            Pending::Ready(source) => source,
            // Apart, so that the future of a call without it stays small.
            Pending::Resample(resample_plan) => Box::pin(self.derive(resample_plan, context)).await?,
        };
        Ok(VisibleBars { source, until: resolved.until })
    }

    /// The bars of a series in this view, after its resampling is done, and the earliest time from which they differ from what
    /// the caller has.
    pub(crate) async fn bars(
        &self,
        id: &SeriesId,
        resampling: &Resampling,
        view: View<'_>,
        context: &CallContext,
    ) -> Result<(VisibleBars, Option<i64>), Error> {
        context.permit(id)?;
        let resolved = self.resolve(id, resampling, &view, 0)?;
        let changed = resolved.changed;
        Ok((self.loaded(resolved, context).await?, changed))
    }
}

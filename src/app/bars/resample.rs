//! Resampling: picks the stored timeframe for the bars of a query and plans the fold.
//!
//! Knows the catalog and derived bars; does not know the fold itself.

use std::sync::Arc;

use super::derived::ResamplePlan;
use super::join::Joined;
use super::reader::BarsReader;
use super::source::BarsSource;
use crate::app::Error;
use crate::app::workers::call_context::CallContext;
use crate::app::workers::cancellation::Cancellation;
use crate::prices;
use crate::series::{Grid, Resampling, SeriesId, Symbol, Timeframe};

/// The bars of a series: ready, or a pending resampling.
pub(crate) enum Resolved {
    BarsSource(BarsSource),
    ResamplePlan(ResamplePlan),
}

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
        self.all().any(|resolved| matches!(resolved, Resolved::ResamplePlan(_)))
    }
}

impl BarsReader {
    /// Resolves the bars of a series. A stored series is used as it is, unless gaps are to be filled or sessions are
    /// shifted; otherwise the longest stored timeframe that divides this one is resampled.
    pub(crate) fn resolve(&self, id: &SeriesId, resampling: &Resampling) -> Result<Resolved, Error> {
        let (grid, plain) = (Grid::new(id.timeframe, resampling), Resampling::default());
        let as_stored = resampling.fill == plain.fill && grid == Grid::new(id.timeframe, &plain);
        if let Some(slot) = self.catalog.get(id).filter(|_| as_stored) {
            return Ok(Resolved::BarsSource(BarsSource::Snapshot(slot.load_full())));
        }
        let stored = self.catalog.timeframes(&id.symbol);
        let makes = |&&from: &&Timeframe| grid.is_made_of(&Grid::new(from, &plain));
        let Some(&from) = stored.iter().rfind(makes) else {
            let (id, offset_minutes) = (id.clone(), resampling.offset_minutes());
            return Err(if stored.is_empty() {
                Error::NoSeries(id)
            } else {
                Error::NoFrame { id, offset_minutes, stored }
            });
        };
        let source = SeriesId { symbol: id.symbol.clone(), timeframe: from };
        let snapshot = self.slot(&source)?.load_full();
        // The fold needs all bars of the source, in order.
        if let Some(missing) = snapshot.missing.first() {
            return Err(prices::Error::lost(missing).into());
        }
        let resample_plan = ResamplePlan::new(snapshot, from, grid, *resampling, &self.resampled_cache);
        let bytes_max = self.limits.resampled_bytes_max;
        match resample_plan.before.as_ref().filter(|before| before.epoch == resample_plan.snapshot.epoch) {
            Some(made) => Ok(Resolved::BarsSource(BarsSource::Derived(made.shown(resampling)))),
            None => resample_plan.matches(bytes_max).map(Resolved::ResamplePlan),
        }
    }

    /// Does the pending resampling.
    async fn derive(&self, resample_plan: ResamplePlan, context: &CallContext) -> Result<BarsSource, Error> {
        let (cost, resampled_cache) = (resample_plan.cost(), Arc::clone(&self.resampled_cache));
        let work = move |cancellation: &Cancellation| {
            let made = Arc::new(resample_plan.make(cancellation)?);
            resampled_cache.put(resample_plan.key(), made.bytes(), Arc::clone(&made));
            Ok(BarsSource::Derived(made.shown(&resample_plan.resampling)))
        };
        self.executor.run(context, cost, work).await
    }

    /// Resolves the bars of a query: its own series and those of the symbols it joins, with the same resampling.
    pub(crate) fn inputs(&self, id: &SeriesId, resampling: &Resampling, joined: &[Symbol]) -> Result<Inputs, Error> {
        let own = self.resolve(id, resampling)?;
        let other = |symbol: &Symbol| {
            let other = SeriesId { symbol: symbol.clone(), timeframe: id.timeframe };
            // A self-reference uses the same bars: one epoch per series and query.
            let resolve = (other != *id).then(|| self.resolve(&other, resampling)).transpose()?;
            Ok((other, resolve))
        };
        let others = joined.iter().map(other).collect::<Result<_, Error>>()?;
        Ok(Inputs { own, others })
    }

    /// The bars of a query, after all resampling is done.
    pub(crate) async fn load(&self, inputs: Inputs, context: &CallContext) -> Result<(BarsSource, Vec<Joined>), Error> {
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

    async fn loaded(&self, resolve: Resolved, context: &CallContext) -> Result<BarsSource, Error> {
        match resolve {
            Resolved::BarsSource(source) => Ok(source),
            Resolved::ResamplePlan(resample_plan) => self.derive(resample_plan, context).await,
        }
    }

    /// The bars of a series, after its resampling is done.
    pub(crate) async fn bars(
        &self,
        id: &SeriesId,
        resampling: &Resampling,
        context: &CallContext,
    ) -> Result<BarsSource, Error> {
        self.loaded(self.resolve(id, resampling)?, context).await
    }
}

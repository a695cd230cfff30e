//! Resampling: which stored timeframe the bars of a question are made of, and what is left to do until they are there.
//!
//! Knows the catalog and derived bars; does not know how bars are folded.

use std::sync::Arc;

use super::derived::ResamplePlan;
use super::join::Joined;
use super::snapshot::lost;
use super::source::BarsSource;
use crate::app::compute::prepared::{Asked, CompiledQuery};
use crate::app::pool::Cancellation;
use crate::app::{App, Error};
use crate::series::{Grid, Resampling, SeriesId, Source, Symbol, Timeframe};

/// The bars of a series: those that are there, or what makes them.
pub(crate) enum Resolved {
    BarsSource(BarsSource),
    ResamplePlan(ResamplePlan),
}

/// The bars of a question: of its own series, and of the others that it names; `None` is its own.
pub(crate) struct Inputs {
    own: Resolved,
    others: Vec<(SeriesId, Option<Resolved>)>,
}

impl Inputs {
    fn all(&self) -> impl Iterator<Item = &Resolved> {
        std::iter::once(&self.own).chain(self.others.iter().filter_map(|(_, resolve)| resolve.as_ref()))
    }

    /// What is left to do, in bars times kernels.
    pub(crate) fn cost(&self) -> u64 {
        self.all().map(Resolved::cost).sum()
    }

    /// What it costs at most to make the bars and to compute over all of them.
    pub(crate) fn cost_max(&self, compiled: &CompiledQuery) -> u64 {
        self.cost() + self.own.rows_max() * compiled.bar_cost() + self.all().map(Resolved::rows_max).sum::<u64>()
    }
}

impl Resolved {
    /// What is left to do, in bars times kernels; something wherever bars are is_active to be made.
    fn cost(&self) -> u64 {
        match self {
            Self::BarsSource(_) => 0,
            Self::ResamplePlan(resample_plan) => resample_plan.cost(),
        }
    }

    /// There are at most so many bars.
    fn rows_max(&self) -> u64 {
        match self {
            Self::BarsSource(source) => source.rows() as u64,
            Self::ResamplePlan(resample_plan) => resample_plan.rows_max,
        }
    }
}

impl App {
    /// Where the bars of a series come from. Those that are stored are given as they are, unless gaps are to be filled or
    /// sessions begin at another time; others are made of the longest stored timeframe of which they are whole bars.
    pub(crate) fn resolve(&self, id: &SeriesId, resampling: &Resampling) -> Result<Resolved, Error> {
        let (grid, plain) = (Grid::new(id.timeframe, resampling), Resampling::default());
        let as_stored = resampling.fill == plain.fill && grid == Grid::new(id.timeframe, &plain);
        if let Some(kept) = self.catalog.get(id).filter(|_| as_stored) {
            return Ok(Resolved::BarsSource(BarsSource::Snapshot(kept.load_full())));
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
        // Bars are made of all bars of the source, in order.
        if let Some(missing) = snapshot.missing.first() {
            return Err(lost(missing).into());
        }
        let resample_plan = ResamplePlan::new(snapshot, from, grid, *resampling, &self.resampled_cache);
        let bytes_max = self.limits().resampled_bytes_max;
        match resample_plan.before.as_ref().filter(|before| before.epoch == resample_plan.snapshot.epoch) {
            Some(made) => Ok(Resolved::BarsSource(BarsSource::Derived(made.shown(resampling)))),
            None => resample_plan.matches(bytes_max).map(Resolved::ResamplePlan),
        }
    }

    /// Does what is left to do, on the pool where it takes long.
    async fn derive(&self, resample_plan: ResamplePlan, cancellation: &Cancellation) -> Result<BarsSource, Error> {
        let (cost, resampled_cache) = (resample_plan.cost(), Arc::clone(&self.resampled_cache));
        let work = move |cancellation: &Cancellation| {
            let made = Arc::new(resample_plan.make(cancellation)?);
            resampled_cache.put(resample_plan.key(), made.bytes(), Arc::clone(&made));
            Ok(BarsSource::Derived(made.shown(&resample_plan.resampling)))
        };
        self.run(cost, cancellation, work).await
    }

    /// Where the bars of a question about a series come from: its own, and those of the others that it names, made alike.
    pub(crate) fn pending(&self, id: &SeriesId, asked: &Asked) -> Result<Inputs, Error> {
        let own = self.resolve(id, &asked.resampling)?;
        let other = |symbol: &Symbol| {
            let other = SeriesId { symbol: symbol.clone(), timeframe: id.timeframe };
            // Where it names its own, those are the bars at hand: a question knows one epoch of each series.
            let resolve = (other != *id).then(|| self.resolve(&other, &asked.resampling)).transpose()?;
            Ok((other, resolve))
        };
        let others = asked.compiled.plan.series().iter().map(other).collect::<Result<_, Error>>()?;
        Ok(Inputs { own, others })
    }

    /// The bars of a question, once all are made.
    pub(crate) async fn made(
        &self,
        pending: Inputs,
        cancellation: &Cancellation,
    ) -> Result<(BarsSource, Vec<Joined>), Error> {
        let own = self.found(pending.own, cancellation).await?;
        let mut joined = Vec::with_capacity(pending.others.len());
        for (id, resolve) in pending.others {
            let source = match resolve {
                Some(resolve) => self.found(resolve, cancellation).await?,
                None => own.clone(),
            };
            joined.push(Joined::new(id, source));
        }
        Ok((own, joined))
    }

    async fn found(&self, resolve: Resolved, cancellation: &Cancellation) -> Result<BarsSource, Error> {
        match resolve {
            Resolved::BarsSource(source) => Ok(source),
            Resolved::ResamplePlan(resample_plan) => self.derive(resample_plan, cancellation).await,
        }
    }

    /// The bars of a series, once work of their cost was taken on and done.
    pub(crate) async fn bars(
        &self,
        id: &SeriesId,
        resampling: &Resampling,
        cancellation: &Cancellation,
    ) -> Result<BarsSource, Error> {
        match self.resolve(id, resampling)? {
            Resolved::BarsSource(source) => Ok(source),
            Resolved::ResamplePlan(resample_plan) => {
                let _admitted = self.admission.admit(resample_plan.cost(), self.limits().work_max)?;
                self.derive(resample_plan, cancellation).await
            }
        }
    }
}

//! Resampling: the bars of a query, its own and those it joins, once they are folded.
//!
//! `find` picks the stored series; the fold itself is in `derived`.

pub(crate) mod find;

use std::sync::Arc;

use self::find::{Found, Pending, Resolved};
use super::derived::ResamplePlan;
use super::join::Joined;
use super::reader::BarsReader;
use super::revisions::earlier;
use super::source::BarsSource;
use super::visible::{View, VisibleBars};
use crate::app::Error;
use crate::app::workers::call_context::CallContext;
use crate::app::workers::cancellation::Cancellation;
use crate::series::{Resampling, SeriesId, Symbol};

/// The bars of a query: of its own series (`None`) and of the joined ones.
pub(crate) struct Inputs {
    own: Resolved,
    others: Vec<(SeriesId, Option<Resolved>)>,
}

impl Inputs {
    /// Whether bars have still to be resampled, or to be read for an adjustment.
    pub(crate) fn are_pending(&self) -> bool {
        let mut all =
            std::iter::once(&self.own).chain(self.others.iter().filter_map(|(_, resolved)| resolved.as_ref()));
        all.any(|resolved| !matches!(resolved.pending, Pending::Ready(_)))
    }
}

/// The bars of a query, ready to be read.
pub(crate) struct Loaded {
    pub(crate) own: VisibleBars,
    pub(crate) joined: Vec<Joined>,
    /// The earliest time from which rows differ from what the caller has.
    pub(crate) changed: Option<i64>,
}

impl BarsReader {
    /// Resolves the bars of a series in this view; `place` is 0 for the own series of the question, then the joined ones. What has
    /// to be read for it is left to the pool. Who asks is checked by the callers.
    pub(crate) fn resolve(
        &self,
        id: &SeriesId,
        resampling: &Resampling,
        view: &View<'_>,
        place: usize,
    ) -> Result<Resolved, Error> {
        let found = self.resolver.find(id, resampling, view, place)?;
        match found.cost() {
            0 => found.looked_at(&self.resolver),
            _ => Ok(Resolved { pending: Pending::Look(Box::new(found)), until: None, changed: None }),
        }
    }

    /// Looks at the bars of a series, once that is admitted.
    async fn look(&self, found: Found, context: &CallContext) -> Result<Resolved, Error> {
        let (cost, resolver) = (found.cost(), self.resolver.clone());
        self.executor.run(context, cost, move |_| found.looked_at(&resolver)).await
    }

    /// Does the pending resampling.
    async fn derive(&self, resample_plan: ResamplePlan, context: &CallContext) -> Result<BarsSource, Error> {
        let (cost, resampled_cache) = (resample_plan.cost(), Arc::clone(&self.resolver.resampled_cache));
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
    pub(crate) async fn load(&self, inputs: Inputs, context: &CallContext) -> Result<Loaded, Error> {
        let (own, mut changed) = self.loaded(inputs.own, context).await?;
        let mut joined = Vec::with_capacity(inputs.others.len());
        for (id, resolve) in inputs.others {
            let source = match resolve {
                Some(resolve) => {
                    let (source, own_changed) = self.loaded(resolve, context).await?;
                    changed = earlier(changed, own_changed);
                    source
                }
                None => own.clone(),
            };
            joined.push(Joined::new(id, source));
        }
        Ok(Loaded { own, joined, changed })
    }

    /// The bars, and the earliest time from which they differ from what the caller has. What takes longer is apart, so that the
    /// future of a call without it stays small.
    async fn loaded(&self, resolved: Resolved, context: &CallContext) -> Result<(VisibleBars, Option<i64>), Error> {
        let Resolved { mut pending, mut until, mut changed } = resolved;
        if let Pending::Look(found) = pending {
            Resolved { pending, until, changed } = Box::pin(self.look(*found, context)).await?;
        }
        let source = match pending {
            Pending::Ready(source) => source,
            Pending::Resample(resample_plan) => Box::pin(self.derive(resample_plan, context)).await?,
            Pending::Look(_) => return Err(Error::Internal("the bars were looked up but not resolved")),
        };
        Ok((VisibleBars { source, until }, changed))
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
        self.loaded(self.resolve(id, resampling, &view, 0)?, context).await
    }
}

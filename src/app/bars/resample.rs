//! Resampling: which stored timeframe the bars of a question are made of, and what is left to do until they are there.
//!
//! Knows the catalog and derived bars; does not know how bars are folded.

use std::sync::Arc;

use super::derived::Derivation;
use super::join::Joined;
use super::snapshot::lost;
use super::source::Held;
use crate::app::compute::prepared::{Asked, Shape};
use crate::app::pool::Wanted;
use crate::app::{App, Error};
use crate::series::{Framing, Grid, SeriesId, Source, Symbol, Timeframe};

/// The bars of a series: those that are there, or what makes them.
pub(crate) enum Sought {
    Held(Held),
    Derivation(Derivation),
}

/// The bars of a question: of its own series, and of the others that it names; `None` is its own.
pub(crate) struct Pending {
    own: Sought,
    others: Vec<(SeriesId, Option<Sought>)>,
}

impl Pending {
    fn all(&self) -> impl Iterator<Item = &Sought> {
        std::iter::once(&self.own).chain(self.others.iter().filter_map(|(_, sought)| sought.as_ref()))
    }

    /// What is left to do, in bars times kernels.
    pub(crate) fn cost(&self) -> u64 {
        self.all().map(Sought::cost).sum()
    }

    /// What it costs at most to make the bars and to compute over all of them.
    pub(crate) fn cost_max(&self, shape: &Shape) -> u64 {
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
    pub(crate) fn sought(&self, id: &SeriesId, framing: &Framing) -> Result<Sought, Error> {
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
        let view = self.kept(&source)?.load_full();
        // Bars are made of all bars of the source, in order.
        if let Some(missing) = view.missing.first() {
            return Err(lost(missing).into());
        }
        let derivation = Derivation::new(view, from, grid, *framing, &self.derivations);
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
    pub(crate) fn pending(&self, id: &SeriesId, asked: &Asked) -> Result<Pending, Error> {
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
    pub(crate) async fn made(&self, pending: Pending, wanted: &Wanted) -> Result<(Held, Vec<Joined>), Error> {
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
    pub(crate) async fn bars(&self, id: &SeriesId, framing: &Framing, wanted: &Wanted) -> Result<Held, Error> {
        match self.sought(id, framing)? {
            Sought::Held(held) => Ok(held),
            Sought::Derivation(derivation) => {
                let _admitted = self.admission.admit(derivation.cost(), self.limits().work_max)?;
                self.derive(derivation, wanted).await
            }
        }
    }
}

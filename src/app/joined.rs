//! Other series of a question, joined to its own by time: each bar with the one that opens at the same time.

use std::ops::Range;
use std::sync::Arc;

use super::held::Held;
use super::pool::Wanted;
use super::task::{Shape, parts};
use super::view::View;
use super::{App, Error, Join};
use crate::series::{Column, Partner, SeriesId, Source};

/// A series that is joined to another, held for as long as it is worked on.
#[derive(Debug, Clone)]
pub(super) struct Joined {
    id: SeriesId,
    pub(super) view: Arc<View>,
    /// The rows among which the partners are.
    rows: Range<usize>,
}

impl App {
    /// The other series that a question over the series `id` names, of the same timeframe. Where it names its own, that is
    /// the view at hand: a question knows one epoch of each series.
    pub(super) fn joined(&self, shape: &Shape, id: &SeriesId, own: &Arc<View>) -> Result<Vec<Joined>, Error> {
        let joined = |symbol: &_| {
            let other = SeriesId { symbol: Clone::clone(symbol), timeframe: id.timeframe };
            let view = if other == *id { Arc::clone(own) } else { self.kept(&other)?.load_full() };
            Ok(Joined { id: other, rows: 0..view.rows(), view })
        };
        shape.plan.series().iter().map(joined).collect()
    }
}

impl Joined {
    /// The same, with the rows only that can be partners of `rows` of the series it is joined to.
    pub(super) fn along(self, own: &Held, rows: &Range<usize>) -> Result<Self, Error> {
        let rows = match own.span_of(rows)? {
            Some(span) => self.view.rows_of(&span)?,
            None => 0..0,
        };
        Ok(Self { rows, ..self })
    }

    /// The bars that are read, and the times of as many.
    pub(super) fn bars(&self) -> usize {
        self.rows.len()
    }

    /// All that tells its bars from others.
    pub(super) fn key(&self) -> String {
        format!("{}:{}:{}", self.view.series, self.view.epoch, self.view.rows())
    }

    /// These are the facts of this join.
    pub(super) fn fits(&self, join: &Join) -> bool {
        join.series == self.id && join.epoch == self.view.epoch
    }

    /// Checks what will be read, as far as that was not done before.
    pub(super) fn verify(&self, columns: &[Column], wanted: &Wanted) -> Result<(), Error> {
        parts(self.rows.clone()).try_for_each(|part| {
            wanted.check()?;
            self.view.verify(&part, columns)?;
            Ok(self.view.verify_times(&part)?)
        })
    }

    /// Its bars as partners, from the first on.
    pub(super) fn partner(&self) -> Partner<Held> {
        Partner::new(Arc::new(Held::View(Arc::clone(&self.view))), self.rows.clone())
    }

    /// How many of `rows` have a partner.
    pub(super) fn join(&self, own: &Held, rows: &Range<usize>, wanted: &Wanted) -> Result<Join, Error> {
        let (mut partner, mut times, mut matched) = (self.partner(), Vec::new(), 0);
        for part in parts(rows.clone()) {
            wanted.check()?;
            times.clear();
            own.times(part, &mut times);
            matched += partner.follow(&times);
        }
        let (matched, missing) = (matched as u64, (rows.len() - matched) as u64);
        Ok(Join { series: self.id.clone(), epoch: self.view.epoch, matched, missing })
    }
}

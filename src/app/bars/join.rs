//! Joined series: an equi-join by opening time.

use std::ops::Range;
use std::sync::Arc;

use super::source::BarsSource;
use super::visible::VisibleBars;
use crate::app::workers::cancellation::{Cancellation, parts};
use crate::app::{Adjustment, Error, Join};
use crate::series::{Column, Partner, SeriesId, Source, Symbol};

/// A series joined to another, pinned while the query runs.
#[derive(Debug, Clone)]
pub(crate) struct Joined {
    id: SeriesId,
    source: BarsSource,
    /// As of [`VisibleBars`].
    until: Option<i64>,
    /// The rows that can match.
    rows: Range<usize>,
}

/// How the bars of a query are adjusted, of each series with corporate actions that count.
pub(crate) fn adjustments(own: &BarsSource, joined: &[Joined]) -> Vec<Arc<Adjustment>> {
    let sources = std::iter::once(own).chain(joined.iter().map(Joined::source));
    sources.filter_map(BarsSource::adjustment).cloned().collect()
}

impl Joined {
    pub(crate) fn new(id: SeriesId, VisibleBars { source, until }: VisibleBars) -> Self {
        Self { id, rows: 0..source.rows(), source, until }
    }

    /// Its symbol.
    pub(crate) fn symbol(&self) -> &Symbol {
        &self.id.symbol
    }

    /// The same, restricted to rows that can match `rows` of the main series.
    pub(crate) fn along(self, own: &BarsSource, rows: &Range<usize>) -> Result<Self, Error> {
        let rows = match own.span_of(rows)? {
            Some(span) => self.source.rows_of(&span.until(self.until))?,
            None => 0..0,
        };
        Ok(Self { rows, ..self })
    }

    /// All bars of the series.
    pub(crate) fn source(&self) -> &BarsSource {
        &self.source
    }

    /// The bars to read, and their times.
    pub(crate) fn bars(&self) -> usize {
        self.rows.len()
    }

    /// The identity of the bars.
    pub(crate) fn name(&self) -> String {
        let own = self.source.name().unwrap_or_default();
        if self.until.is_some() { format!("{own}<{}", self.rows.end) } else { own }
    }

    /// The facts of this join as the caller is told them.
    pub(crate) fn visible(&self, join: &Join) -> Join {
        Join { epoch: self.source.visible_epoch(), ..join.clone() }
    }

    /// Whether these are the facts of this join.
    pub(crate) fn matches(&self, join: &Join) -> bool {
        join.series == self.id && self.source.is_of(join.epoch)
    }

    /// Verifies the blocks to be read that were not verified before.
    pub(crate) fn verify(&self, columns: &[Column], cancellation: &Cancellation) -> Result<(), Error> {
        parts(self.rows.clone()).try_for_each(|part| {
            cancellation.check()?;
            Ok(self.source.verify(&part, columns, &part)?)
        })
    }

    /// The blocks that `verify` would verify.
    pub(crate) fn unverified(&self, columns: &[Column]) -> usize {
        self.source.unverified(&self.rows, columns, &self.rows)
    }

    /// A fresh cursor over its bars.
    pub(crate) fn partner(&self) -> Partner<BarsSource> {
        Partner::new(Arc::new(self.source.clone()), self.rows.clone())
    }

    /// How many of `rows` have a match.
    pub(crate) fn join(
        &self,
        own: &BarsSource,
        rows: &Range<usize>,
        cancellation: &Cancellation,
    ) -> Result<Join, Error> {
        let (mut partner, mut times, mut matched) = (self.partner(), Vec::new(), 0);
        for part in parts(rows.clone()) {
            cancellation.check()?;
            times.clear();
            own.times(part, &mut times);
            matched += partner.follow(&times);
        }
        let (matched, missing) = (matched as u64, (rows.len() - matched) as u64);
        Ok(Join { series: self.id.clone(), epoch: self.source.visible_epoch(), matched, missing })
    }
}

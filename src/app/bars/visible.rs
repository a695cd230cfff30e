//! The bars of a series that a query sees: all of them, or those that were closed at the time of its `as_of`.

use std::ops::Range;
use std::time::{SystemTime, UNIX_EPOCH};

use super::adjust::Adjust;
use super::catalog::SeriesFacts;
use super::revisions::since::{Held, Since};
use super::source::BarsSource;
use crate::app::Error;
use crate::prices;
use crate::series::Span;

/// How a question looks at the bars of its series.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct View<'a> {
    /// The time at which the bars were closed; `None` is now.
    pub(crate) as_of: Option<i64>,
    /// Which corporate actions adjust them.
    pub(crate) adjust: Adjust,
    /// What the caller has already.
    pub(crate) since: Option<&'a Since>,
    /// Whether other series are joined.
    pub(crate) is_joined: bool,
}

impl View<'_> {
    /// As of a time, with nothing known before.
    pub(crate) fn as_of(as_of: Option<i64>) -> Self {
        Self { as_of, ..Self::default() }
    }

    /// What the caller has of the series of a place: 0 is the own one, then the joined ones.
    pub(crate) fn held(&self, place: usize) -> Option<Held> {
        self.since.map(|since| since.held(place, !self.is_joined && self.adjust == Adjust::None, self.as_of))
    }
}

/// The bars of a series that were closed at the time of the query's `as_of`.
#[derive(Debug, Clone)]
pub(crate) struct VisibleBars {
    pub(crate) source: BarsSource,
    /// Only bars that open before this time; `None` is all of them.
    pub(crate) until: Option<i64>,
}

impl VisibleBars {
    /// All bars.
    pub(crate) fn all(source: BarsSource) -> Self {
        Self { source, until: None }
    }

    /// The rows of a span.
    pub(crate) fn rows_of(&self, span: &Span) -> Result<Range<usize>, prices::Error> {
        self.source.rows_of(&span.until(self.until))
    }

    /// The facts of the series with the rows and times of these bars.
    pub(crate) fn describe(&self, facts: SeriesFacts, as_of: i64) -> Result<SeriesFacts, Error> {
        let rows = self.rows_of(&Span::ALL)?;
        let (first_time, last_time) = match self.source.span_of(&rows)?.map(|span| span.bounds()) {
            Some((first, end, _)) => (first, end.map(|end| end - 1)),
            None => (None, None),
        };
        Ok(SeriesFacts { rows: rows.len() as u64, first_time, last_time, as_of: Some(as_of), ..facts })
    }
}

/// The time now, as an `as_of`: nanoseconds since the Unix epoch.
pub(crate) fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_nanos()).unwrap_or(i64::MAX)
}

//! The bars of a series that a query sees: all of them, or those that were closed at the time of its `as_of`.

use std::ops::Range;
use std::time::{SystemTime, UNIX_EPOCH};

use super::catalog::SeriesFacts;
use super::derived::ResamplePlan;
use super::source::BarsSource;
use crate::app::Error;
use crate::prices;
use crate::series::Span;

/// The bars of a series.
pub(crate) struct Resolved {
    pub(crate) pending: Pending,
    /// As of [`VisibleBars`].
    pub(crate) until: Option<i64>,
}

/// Bars that are ready, or a pending resampling.
pub(crate) enum Pending {
    Ready(BarsSource),
    Resample(ResamplePlan),
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

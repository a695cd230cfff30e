//! The bars of a series that a query sees: all of them, or those that were closed at the time of its `as_of`.

use std::ops::Range;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use super::adjust::Adjust;
use super::catalog::SeriesFacts;
use super::revisions::since::{ClientState, Since};
use super::snapshot::Snapshot;
use super::source::BarsSource;
use crate::app::Error;
use crate::app::workers::call_context::CallContext;
use crate::prices;
use crate::series::{SegmentFacts, Span, Timeframe};

/// How a question looks at the bars of its series.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct View<'a> {
    /// The time at which the bars were closed; `None` is now.
    pub(crate) as_of: Option<i64>,
    /// The time that the caller sees at most, whatever it asks; `None` is now. What came later does not exist for it: neither
    /// series and columns, nor versions and files, which later bars change too.
    pub(crate) fixed: Option<i64>,
    /// Which corporate actions adjust them.
    pub(crate) adjust: Adjust,
    /// What the caller has already.
    pub(crate) since: Option<&'a Since>,
    /// Whether other series are joined.
    pub(crate) is_joined: bool,
}

impl View<'_> {
    /// As of the time that a caller asks for, within what it may see.
    pub(crate) fn of(context: &CallContext, as_of: Option<i64>) -> Self {
        Self { as_of: context.as_of(as_of), fixed: context.fixed_as_of(), ..Self::default() }
    }

    /// What the caller has of the series of a place: 0 is the own one, then the joined ones.
    pub(crate) fn client_state(&self, place: usize) -> Option<ClientState> {
        let since = self.since?;
        // A version would say which bars came later.
        let is_known = self.fixed.is_none();
        Some(if is_known {
            since.client_state(place, self.is_plain(), self.as_of)
        } else {
            ClientState::unknown(self.as_of)
        })
    }

    /// Whether the bars are those of one series, as they were traded.
    fn is_plain(&self) -> bool {
        !self.is_joined && self.adjust == Adjust::None
    }

    /// Whether a series exists for the caller.
    pub(crate) fn knows(&self, snapshot: &Snapshot, timeframe: Timeframe) -> bool {
        self.fixed.is_none_or(|time| snapshot.begins_before(timeframe.opens_before(time)))
    }

    /// Whether a series has bars at the time of the question.
    pub(crate) fn sees(&self, snapshot: &Snapshot, timeframe: Timeframe) -> bool {
        self.as_of.is_none_or(|time| snapshot.begins_before(timeframe.opens_before(time)))
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
        let missing =
            self.until.map_or_else(|| Arc::clone(&facts.missing), |until| missing_before(&facts.missing, until));
        Ok(SeriesFacts { rows: rows.len() as u64, first_time, last_time, missing, as_of: Some(as_of), ..facts })
    }
}

/// What is missing of the bars that open before a time. How many bars a file has that goes beyond it is not told.
pub(crate) fn missing_before(missing: &[SegmentFacts], until: i64) -> Arc<[SegmentFacts]> {
    let before = missing.iter().filter(|file| file.first_time < until).map(|&file| match file.last_time < until {
        true => file,
        false => SegmentFacts { last_time: until - 1, rows: 0, bytes: 0, ..file },
    });
    before.collect()
}

/// The time now, as an `as_of`: nanoseconds since the Unix epoch.
pub(crate) fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_nanos()).unwrap_or(i64::MAX)
}

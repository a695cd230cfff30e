//! Queries and answers: the validated request and its result.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::compiled::CompiledQuery;
use crate::app::bars::adjust::Adjust;
use crate::app::bars::adjust::factors::Adjustment;
use crate::app::bars::revisions::since::{Changes, Since};
use crate::app::workers::call_context::CallContext;
use crate::indicator::Facts;
use crate::series::{Bars, Resampling, SeriesId, Span, Timeframe};

/// Expressions over the bars of one source. Already validated, except that its series may not exist.
#[derive(Debug, Clone)]
pub struct Question {
    /// Where the bars come from.
    pub from: BarsFrom,
    /// How to resample when the series is not stored.
    pub resampling: Resampling,
    /// Which bars to answer for.
    pub span: Span,
    /// What to compute.
    pub compiled: Arc<CompiledQuery>,
    /// Whether and how long the answer is stored.
    pub persist: Option<Persist>,
    /// Only rows that are new or revised since an earlier answer.
    pub since: Option<Since>,
    /// Which corporate actions adjust the bars.
    pub adjust: Adjust,
}

/// The same expressions over many series. Already validated, except that a series may not exist.
#[derive(Debug, Clone)]
pub struct Questions {
    /// The series.
    pub series: Vec<SeriesId>,
    /// How to resample the series that are not stored.
    pub resampling: Resampling,
    /// Which bars of each to answer for.
    pub span: Span,
    /// What to compute.
    pub compiled: Arc<CompiledQuery>,
    /// Which corporate actions adjust the bars.
    pub adjust: Adjust,
}

/// The source of the bars of a query.
#[derive(Debug, Clone)]
pub enum BarsFrom {
    /// A stored series.
    Series(SeriesId),
    /// Inline bars, sent with the query.
    Bars(Arc<Bars>),
}

/// A series joined to another by the opening time of the bars.
#[derive(Debug, Clone, PartialEq)]
pub struct Join {
    /// Which series.
    pub series: SeriesId,
    /// Its epoch.
    pub epoch: u64,
    /// The bars of the answer with a partner in it.
    pub matched: u64,
    /// The bars of the answer without one; its values are NaN there.
    pub missing: u64,
}

/// The values of expressions, or a chunk of them. Columns are the bytes of little-endian numbers, 8 per row.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// When each bar opens, int64 nanoseconds since the Unix epoch.
    pub times: Bytes,
    /// One column of float64 per expression.
    pub columns: Vec<Bytes>,
    /// Per expression, facts beside the values.
    pub facts: Arc<[Facts]>,
    /// The epoch of the series; 0 for inline bars.
    pub epoch: u64,
    /// The other series that the expressions name, over all rows of the answer.
    pub joins: Arc<[Join]>,
    /// The stored timeframe the bars were resampled from; `None` for stored or inline bars.
    pub derived_from: Option<Timeframe>,
    /// The time at which the bars were closed, nanoseconds since the Unix epoch; `None` is now.
    pub as_of: Option<i64>,
    /// How the rows differ from what the caller has, if it told.
    pub changes: Option<Arc<Changes>>,
    /// How the bars are adjusted, of each series with corporate actions that count.
    pub adjustments: Vec<Arc<Adjustment>>,
    /// The key of the saved result, if it is saved.
    pub key: Option<Arc<str>>,
}

impl Answer {
    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.times.len() / 8
    }

    /// Some of its rows, without a copy.
    pub(crate) fn part(&self, rows: Range<usize>) -> Self {
        let part = rows.start * 8..rows.end * 8;
        let columns = self.columns.iter().map(|column| column.slice(part.clone())).collect();
        Self { times: self.times.slice(part.clone()), columns, ..self.clone() }
    }

    /// Its rows, then those of another answer to the same query.
    pub(crate) fn followed_by(self, other: &Self) -> Self {
        if self.times.is_empty() {
            return other.clone();
        }
        let both = |one: &Bytes, two: &Bytes| [&one[..], &two[..]].concat().into();
        let columns = self.columns.iter().zip(&other.columns).map(|(one, two)| both(one, two)).collect();
        Self { times: both(&self.times, &other.times), columns, ..self }
    }

    /// Its rows in chunks of at most `bytes_max` bytes, at least one row each; one empty chunk when there are no rows.
    pub fn chunks(self, bytes_max: usize) -> impl Iterator<Item = Self> {
        let rows = self.rows();
        let size = chunk_rows(self.columns.len(), bytes_max);
        (0..rows.div_ceil(size).max(1)).map(move |chunk| self.part(chunk * size..((chunk + 1) * size).min(rows)))
    }
}

/// The rows of a chunk with `columns` columns besides the times.
pub(crate) fn chunk_rows(columns: usize, bytes_max: usize) -> usize {
    (bytes_max / (8 * (columns + 1))).max(1)
}

/// How long an answer is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Persist {
    /// The TTL; `None` stores it until it is deleted.
    pub ttl: Option<Duration>,
}

/// The requested bars of a series.
#[derive(Clone)]
pub(crate) struct BarsRequest {
    pub(crate) compiled: Arc<CompiledQuery>,
    pub(crate) resampling: Resampling,
    pub(crate) span: Span,
    /// Which corporate actions adjust the bars.
    pub(crate) adjust: Adjust,
    /// What the caller has already.
    pub(crate) since: Option<Since>,
    pub(crate) context: CallContext,
}

impl BarsRequest {
    /// The time at which the bars were closed; `None` is now.
    pub(crate) fn as_of(&self) -> Option<i64> {
        self.context.as_of(self.span.as_of_time())
    }
}

//! What a watch asks, and what it is told.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::oneshot;

use super::token::Position;
use crate::app::{Adjust, Answer, CompiledQuery, Error};
use crate::series::{Resampling, SeriesId, SymbolPattern, Timeframe};

/// Expressions over the newest bars of series, for as long as somebody listens. Already validated, except that a series may
/// not exist.
#[derive(Debug, Clone)]
pub struct WatchQuestion {
    /// The series by name.
    pub series: Vec<SeriesId>,
    /// All series of this timeframe whose symbol is of this pattern; new ones join.
    pub glob: Option<(SymbolPattern, Timeframe)>,
    /// What to compute; the last column is the condition if `conditional`.
    pub compiled: Arc<CompiledQuery>,
    /// Only rows whose last column holds are told: it is neither 0 nor NaN.
    pub conditional: bool,
    /// How to resample series that are not stored; also whether forming bars are told.
    pub resampling: Resampling,
    /// Which corporate actions adjust the bars.
    pub adjust: Adjust,
    /// The newest closed rows of each series to begin with.
    pub last: u64,
    /// Wait for series that do not exist yet.
    pub wait_for_series: bool,
    /// The tokens of the last events of an earlier watch, one of each series.
    pub resume: Vec<Bytes>,
}

/// What a watch is told of one series.
#[derive(Debug, Clone)]
pub struct WatchEvent {
    /// Which series.
    pub series: SeriesId,
    /// The rows, or why there are none.
    pub outcome: Result<WatchRows, Arc<Error>>,
    /// Resumes the watch of this series after this event; empty after a failure.
    pub token: Bytes,
}

/// New rows of one series.
#[derive(Debug, Clone, PartialEq)]
pub struct WatchRows {
    /// The values.
    pub answer: Answer,
    /// The bar of the only row is not closed: the next rows replace it.
    pub provisional: bool,
    /// What was told of bars that open at this time or later is void. Where the first row opens later, the rows in between
    /// have to be computed anew.
    pub revised_from: Option<i64>,
    /// The closed rows that were left out before these.
    pub skipped: u64,
}

/// What is asked of a watch that leaves nothing out.
pub(super) struct Follower {
    /// From where on each series was followed before: rows that open at this time or earlier are not told again.
    pub(super) since: HashMap<SeriesId, i64>,
    /// The position of each series. It is valid whatever revision of an indicator or table of a calendar its token was made
    /// with: an alert goes on after an upgrade, where a reader has to begin anew.
    pub(super) positions: HashMap<SeriesId, Position>,
    /// Told once every series that is there is followed.
    pub(super) begun: Option<oneshot::Sender<()>>,
    /// The position after the last event of each feed.
    pub(super) sent: HashMap<usize, Position>,
}

impl Follower {
    /// A follower that resumes each series after this time, at this token.
    pub(super) fn new(
        places: impl Iterator<Item = (SeriesId, (i64, Bytes))>,
        begun: Option<oneshot::Sender<()>>,
    ) -> Self {
        let (mut since, mut positions) = (HashMap::new(), HashMap::new());
        for (series, (time, token)) in places {
            positions.insert(series.clone(), Position::restored(time, &token));
            since.insert(series, time);
        }
        Self { since, positions, begun, sent: HashMap::new() }
    }
}

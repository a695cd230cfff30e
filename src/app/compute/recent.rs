//! Recent small answers: agents ask for the newest values again and again until the next bar.
//!
//! The road of other cached answers (single flight, TTL, Redis) costs more than most of these take to compute; this one
//! costs a hash lookup. Invariant: a key names everything an answer depends on. It names the compiled query by its number and
//! does not hold it, so that answers to many texts do not keep their plans in memory.

use bytes::Bytes;

use super::prepared::PreparedQuery;
use super::question::Answer;
use crate::cache::Memo;
use crate::indicator::Facts;
use crate::series::{Lineage, Source};

/// Larger answers take longer to send than to look up on any road: 4,000 rows of one column.
const ANSWER_BYTES_MAX: usize = 64 << 10;

/// What an answer depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct RecentKey {
    compiled: u64,
    lineage: Lineage,
    series: u64,
    epoch: u64,
    /// The factors of the bars.
    adjusted: u128,
    rows: usize,
    start: usize,
    end: usize,
}

impl RecentKey {
    /// The key of a small answer over one stored series; `None` for any other.
    pub(super) fn new(query: &PreparedQuery) -> Option<Self> {
        let snapshot = query.steady().filter(|_| query.answer_bytes() <= ANSWER_BYTES_MAX)?;
        // Bars of a missing price file may come back within an epoch.
        snapshot.missing.is_empty().then(|| Self {
            compiled: query.compiled.number,
            lineage: snapshot.lineage,
            series: snapshot.series,
            epoch: snapshot.epoch,
            adjusted: snapshot.adjusted(),
            rows: snapshot.rows(),
            start: query.rows.start,
            end: query.rows.end,
        })
    }
}

/// The answers, by what they depend on.
pub(super) struct RecentAnswers(Memo<Answer, RecentKey>);

impl RecentAnswers {
    pub(super) fn new(bytes_max: u64) -> Self {
        Self(Memo::new(bytes_max))
    }

    pub(super) fn get(&self, key: &RecentKey) -> Option<Answer> {
        self.0.get(key)
    }

    pub(super) fn put(&self, key: RecentKey, answer: &Answer) {
        let column = size_of::<Bytes>() + size_of::<Facts>() + 8 * answer.rows();
        let bytes = size_of::<(RecentKey, Answer)>() + column * (1 + answer.columns.len());
        self.0.put(key, bytes, answer.clone());
    }
}

//! Recent small answers: agents ask for the newest values again and again until the next bar.
//!
//! The road of other cached answers (single flight, TTL, Redis) costs more than most of these take to compute; this one
//! costs a hash lookup. Invariant: a key names everything an answer depends on, the compiled query by its address, which
//! no other can have while the entry holds it.

use std::sync::Arc;

use super::compiled::CompiledQuery;
use super::prepared::PreparedQuery;
use super::question::Answer;
use crate::cache::Memo;
use crate::series::{Lineage, Source};

/// Larger answers take longer to encode than to look up.
const ANSWER_BYTES_MAX: usize = 4096;

/// What an answer depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct RecentKey {
    compiled: usize,
    lineage: Lineage,
    series: u64,
    epoch: u64,
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
            compiled: Arc::as_ptr(&query.compiled).addr(),
            lineage: snapshot.lineage,
            series: snapshot.series,
            epoch: snapshot.epoch,
            rows: snapshot.rows(),
            start: query.rows.start,
            end: query.rows.end,
        })
    }
}

/// The answers, by what they depend on.
pub(super) struct RecentAnswers(Memo<(Arc<CompiledQuery>, Answer), RecentKey>);

impl RecentAnswers {
    pub(super) fn new(bytes_max: u64) -> Self {
        Self(Memo::new(bytes_max))
    }

    pub(super) fn get(&self, key: &RecentKey) -> Option<Answer> {
        self.0.get(key).map(|(_, answer)| answer)
    }

    pub(super) fn put(&self, key: RecentKey, compiled: &Arc<CompiledQuery>, answer: &Answer) {
        let bytes = size_of::<RecentKey>() + 8 * answer.rows() * (1 + answer.columns.len());
        self.0.put(key, bytes, (Arc::clone(compiled), answer.clone()));
    }
}

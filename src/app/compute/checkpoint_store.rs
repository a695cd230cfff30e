//! Checkpoints: saved indicator state, so that a query for the newest bars does not replay the whole history.
//!
//! A recursive indicator (EMA, IIR, cumulative sum) depends on all bars before. Its state at a row is small, so it is
//! stored once and the next query resumes there. Starting a fixed number of bars earlier instead would be simpler, but
//! would only approximate the value; a checkpoint gives the same bits as a full scan.
//!
//! Invariant: a checkpoint covers sealed bars only. It is valid for a snapshot of the same series as long as no sealed
//! bar has changed since its epoch (`steady_since`); new bars and changes of the tail come after it.

use std::sync::Arc;

use crate::app::bars::snapshot::Snapshot;
use crate::cache::Memo;
use crate::indicator::{Checkpoint, Plan};

/// A checkpoint is only made if it saves reading this many bars next time.
const SAVED_MIN: usize = 16_384;

/// An LRU cache of checkpoints, bounded by bytes.
pub(crate) struct Checkpoints(Memo<Arc<SavedCheckpoint>>);

/// A stored checkpoint.
pub(crate) struct SavedCheckpoint {
    /// The epoch of its snapshot.
    epoch: u64,
    pub(crate) checkpoint: Checkpoint,
}

impl SavedCheckpoint {
    /// A checkpoint over bars of this epoch.
    pub(crate) fn new(epoch: u64, checkpoint: Checkpoint) -> Self {
        Self { epoch, checkpoint }
    }
}

impl Checkpoints {
    pub(crate) fn new(bytes_max: u64) -> Self {
        Self(Memo::new(bytes_max))
    }

    /// The checkpoint of `expressions`, in canonical form, valid for `snapshot` and at or before row `start`.
    pub(crate) fn find(&self, expressions: &str, snapshot: &Snapshot, start: usize) -> Option<Arc<SavedCheckpoint>> {
        let saved = self.0.get(&key(expressions, snapshot))?;
        let steady = snapshot.steady_since <= saved.epoch && saved.epoch <= snapshot.epoch;
        (steady && saved.checkpoint.row() <= start).then_some(saved)
    }

    /// The row of a worthwhile checkpoint for an answer that starts at `start` and is read from `from`.
    pub(crate) fn row(plan: &Plan, snapshot: &Snapshot, start: usize, from: usize) -> Option<usize> {
        let row = start.min(snapshot.sealed_rows());
        (plan.remembers_all() && row >= from + SAVED_MIN).then_some(row)
    }

    /// Stores a checkpoint of `expressions` over `snapshot`; `bytes` is the size of its state.
    pub(crate) fn keep(&self, expressions: &str, snapshot: &Snapshot, bytes: usize, checkpoint: Checkpoint) {
        let key = key(expressions, snapshot);
        let bytes = key.len() + bytes;
        self.0.put(key, bytes, Arc::new(SavedCheckpoint { epoch: snapshot.epoch, checkpoint }));
    }
}

fn key(expressions: &str, snapshot: &Snapshot) -> String {
    format!("{}:{:x}:{expressions}", snapshot.series, snapshot.adjusted())
}

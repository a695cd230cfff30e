//! Checkpoints of computations over kept series, so that a question about the newest bars does not read all bars before.
//!
//! A checkpoint stands before a sealed bar. It is good for a snapshot when no sealed bar has changed since it was made: new
//! bars and new tails come after it.

use std::sync::Arc;

use crate::app::bars::snapshot::Snapshot;
use crate::cache::Memo;
use crate::indicator::{Checkpoint, Plan};

/// A checkpoint is made when it saves reading at least so many bars the next time.
const SAVED_MIN: usize = 16_384;

/// The checkpoints that there is room for.
pub(crate) struct Checkpoints(Memo<Arc<SavedCheckpoint>>);

/// One that is kept.
pub(crate) struct SavedCheckpoint {
    /// The epoch of the snapshot that it was made over.
    epoch: u64,
    pub(crate) checkpoint: Checkpoint,
}

impl Checkpoints {
    pub(crate) fn new(bytes_max: u64) -> Self {
        Self(Memo::new(bytes_max))
    }

    /// The checkpoint of `expressions`, in canonical form, over `snapshot`, from which row `start` can be reached.
    pub(crate) fn find(&self, expressions: &str, snapshot: &Snapshot, start: usize) -> Option<Arc<SavedCheckpoint>> {
        let kept = self.0.get(&key(expressions, snapshot))?;
        let steady = snapshot.steady_since <= kept.epoch && kept.epoch <= snapshot.epoch;
        (steady && kept.checkpoint.row() <= start).then_some(kept)
    }

    /// The row before which a checkpoint is worth making when the answer starts at `start` and its reading at `from`.
    pub(crate) fn row(plan: &Plan, snapshot: &Snapshot, start: usize, from: usize) -> Option<usize> {
        let row = start.min(snapshot.sealed_rows());
        (plan.remembers_all() && row >= from + SAVED_MIN).then_some(row)
    }

    /// Keeps a checkpoint of `expressions`, made over `snapshot`, whose state takes so many bytes.
    pub(crate) fn keep(&self, expressions: &str, snapshot: &Snapshot, bytes: usize, checkpoint: Checkpoint) {
        self.0.put(key(expressions, snapshot), bytes, Arc::new(SavedCheckpoint { epoch: snapshot.epoch, checkpoint }));
    }
}

fn key(expressions: &str, snapshot: &Snapshot) -> String {
    format!("{}:{expressions}", snapshot.series)
}

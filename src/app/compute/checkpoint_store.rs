//! Checkpoints of computations over kept series, so that a question about the newest bars does not read all bars before.
//!
//! A checkpoint stands before a sealed bar. It is good for a view when no sealed bar has changed since it was made: new
//! bars and new tails come after it.

use std::sync::Arc;

use crate::app::bars::snapshot::View;
use crate::cache::Memo;
use crate::indicator::{Checkpoint, Plan};

/// A checkpoint is made when it saves reading at least so many bars the next time.
const SAVED_MIN: usize = 16_384;

/// The checkpoints that there is room for.
pub(crate) struct Checkpoints(Memo<Arc<Kept>>);

/// One that is kept.
pub(crate) struct Kept {
    /// The epoch of the view that it was made over.
    epoch: u64,
    pub(crate) checkpoint: Checkpoint,
}

impl Checkpoints {
    pub(crate) fn new(bytes_max: u64) -> Self {
        Self(Memo::new(bytes_max))
    }

    /// The checkpoint of `expressions`, in canonical form, over `view`, from which row `start` can be reached.
    pub(crate) fn find(&self, expressions: &str, view: &View, start: usize) -> Option<Arc<Kept>> {
        let kept = self.0.get(&key(expressions, view))?;
        let steady = view.steady_since <= kept.epoch && kept.epoch <= view.epoch;
        (steady && kept.checkpoint.row() <= start).then_some(kept)
    }

    /// The row before which a checkpoint is worth making when the answer starts at `start` and its reading at `from`.
    pub(crate) fn row(plan: &Plan, view: &View, start: usize, from: usize) -> Option<usize> {
        let row = start.min(view.sealed_rows());
        (plan.remembers_all() && row >= from + SAVED_MIN).then_some(row)
    }

    /// Keeps a checkpoint of `expressions`, made over `view`, whose state takes so many bytes.
    pub(crate) fn keep(&self, expressions: &str, view: &View, bytes: usize, checkpoint: Checkpoint) {
        self.0.put(key(expressions, view), bytes, Arc::new(Kept { epoch: view.epoch, checkpoint }));
    }
}

fn key(expressions: &str, view: &View) -> String {
    format!("{}:{expressions}", view.series)
}

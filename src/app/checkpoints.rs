//! Checkpoints of computations over kept series, so that a question about the newest bars does not read all bars before.
//!
//! A checkpoint stands before a sealed bar. It is good for a view when no sealed bar has changed since it was made: new
//! bars and new tails come after it.

use std::sync::Arc;

use super::task::Task;
use super::view::View;
use crate::cache::Memo;
use crate::indicator::Checkpoint;

/// A checkpoint is made when it saves reading at least so many bars the next time.
const SAVED_MIN: usize = 16_384;

/// The checkpoints that there is room for.
pub(super) struct Checkpoints(Memo<Arc<Kept>>);

/// One that is kept.
pub(super) struct Kept {
    /// The epoch of the view that it was made over.
    epoch: u64,
    pub(super) checkpoint: Checkpoint,
}

impl Checkpoints {
    pub(super) fn new(bytes_max: u64) -> Self {
        Self(Memo::new(bytes_max))
    }

    /// The checkpoint from which `task` over `view` can go on.
    pub(super) fn find(&self, task: &Task, view: &View) -> Option<Arc<Kept>> {
        let kept = self.0.get(&key(task, view))?;
        let steady = view.steady_since <= kept.epoch && kept.epoch <= view.epoch;
        (steady && kept.checkpoint.row() <= task.rows.start).then_some(kept)
    }

    /// The row before which a checkpoint of `task` is worth making, when its reading starts at `from`.
    pub(super) fn row(task: &Task, view: &View, from: usize) -> Option<usize> {
        let row = task.rows.start.min(view.sealed_rows());
        (task.shape.plan.remembers_all() && row >= from + SAVED_MIN).then_some(row)
    }

    /// Keeps a checkpoint of `task`, made over `view`.
    pub(super) fn keep(&self, task: &Task, view: &View, checkpoint: Checkpoint) {
        let bytes = task.shape.plan.state_bytes();
        self.0.put(key(task, view), bytes, Arc::new(Kept { epoch: view.epoch, checkpoint }));
    }
}

fn key(task: &Task, view: &View) -> String {
    format!("{}:{}", view.series, task.shape.canonical)
}

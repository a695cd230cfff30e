//! Commands: the queue of the writer thread, and the replies.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::actions::edit::{PutOutcome, Which};
use crate::app::bars::snapshot::Snapshot;
use crate::app::saved::edit::ResultEdit;
use crate::app::{Batch, Error, Kind, Receipt, SeriesFacts};
use crate::ledger::{Change, CorporateAction, Reader};
use crate::prices::Segment;
use crate::series::{Retention, SeriesId, Symbol};

/// A command for the writer thread.
pub(crate) enum Command {
    Ingest {
        id: SeriesId,
        batch: Batch,
        reply: Reply<Receipt>,
        /// Queue capacity for the bars, and of that of streams, released when they are done.
        room: Box<(OwnedSemaphorePermit, Option<OwnedSemaphorePermit>)>,
    },
    Retain {
        id: SeriesId,
        retention: Retention,
        reply: Reply<SeriesFacts>,
    },
    Delete {
        id: SeriesId,
        reply: Reply<u64>,
    },
    /// Accepts the loss of missing price files.
    AcceptLoss {
        id: SeriesId,
        reply: Reply<SeriesFacts>,
    },
    SavedResult {
        edit: ResultEdit,
        reply: Reply<()>,
        /// Queue capacity for the result, released when it is done.
        room: OwnedSemaphorePermit,
    },
    /// Stores corporate actions of a symbol.
    PutActions {
        symbol: Symbol,
        actions: Vec<CorporateAction>,
        reply: Reply<PutOutcome>,
    },
    /// Deletes corporate actions of a symbol.
    DeleteActions {
        symbol: Symbol,
        which: Which,
        reply: Reply<u64>,
    },
    /// Changes of the ledger that concern no series: alerts, firings, advised indexes.
    Change {
        changes: Vec<Change>,
        reply: Reply<()>,
    },
    /// Pins a consistent snapshot of everything, for a backup.
    Pin {
        reply: Reply<PinnedSnapshot>,
    },
    /// The compactor has examined a series and merged segments if it found any to merge.
    Compacted {
        id: SeriesId,
        merged: Option<Compacted>,
    },
}

/// The reply of a command. A caller that stops waiting does not cancel the command.
pub(crate) type Reply<T> = oneshot::Sender<Result<T, Arc<Error>>>;

impl Command {
    /// The number of bars to commit.
    pub(crate) fn rows(&self) -> usize {
        match self {
            Self::Ingest { batch, .. } => batch.bars.len(),
            _ => 0,
        }
    }
}

/// The commands of one commit: what is queued, until they have `rows_max` bars.
pub(super) fn gather(first: Command, mut next: impl FnMut() -> Option<Command>, rows_max: usize) -> Vec<Command> {
    let mut rows = first.rows();
    let mut group = vec![first];
    while rows < rows_max
        && let Some(command) = next()
    {
        rows += command.rows();
        group.push(command);
    }
    group
}

/// Replies with an error.
pub(crate) fn refuse<T>(id: &SeriesId, reply: Reply<T>, error: Error) {
    match error.kind() {
        Kind::Invalid | Kind::NotFound | Kind::Denied => tracing::debug!(series = %id, %error, "command refused"),
        _ => tracing::error!(series = %id, %error, "command refused"),
    }
    let _ = reply.send(Err(Arc::new(error)));
}

/// Segments and their merged replacement; expired bars may be left out.
pub(crate) struct Compacted {
    pub(crate) inputs: Vec<Arc<Segment>>,
    pub(crate) outputs: Vec<Arc<Segment>>,
}

/// A snapshot of every series, and a reader of the ledger at the same commit.
pub(crate) struct PinnedSnapshot {
    pub(crate) reader: Reader,
    pub(crate) snapshots: Vec<(SeriesId, Arc<Snapshot>)>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::tests::fixture::{bars, id};
    use tokio::sync::Semaphore;

    fn batch(minutes: i64) -> Command {
        let room = Arc::new(Semaphore::new(1)).try_acquire_owned().expect("free");
        let (reply, _receipt) = oneshot::channel();
        Command::Ingest { id: id(1), batch: bars(0..minutes, 0).into(), reply, room: Box::new((room, None)) }
    }

    #[test]
    fn a_group_is_full_of_bars_and_of_nothing_else() {
        let delete = || Command::Delete { id: id(1), reply: oneshot::channel().0 };
        assert_eq!((batch(5).rows(), delete().rows()), (5, 0));
        // How many of a long queue of batches, and of one that begins with other commands, share a commit.
        let taken = |rows_max| gather(batch(5), || Some(batch(5)), rows_max).len();
        assert_eq!([1, 5, 6, 10, 11, 25, 26].map(taken), [1, 1, 2, 2, 3, 5, 6]);
        let mut queue = [delete(), delete(), batch(3), delete(), batch(3), batch(3)].into_iter();
        assert_eq!(gather(delete(), || queue.next(), 4).len(), 6);
        let left: Vec<_> = gather(delete(), || queue.next(), 4).iter().map(Command::rows).collect();
        assert_eq!(left, [0, 3], "the queue was empty before the group was full");
    }
}

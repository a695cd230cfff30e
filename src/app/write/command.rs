//! Commands: what the writer thread is asked to do, and where the outcome is awaited.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::app::bars::snapshot::Snapshot;
use crate::app::saved::store::Order;
use crate::app::{Batch, Error, Kind, Receipt, SeriesFacts};
use crate::ledger::Reader;
use crate::prices::Segment;
use crate::series::{Retention, SeriesId};

/// What the writer thread is asked to do.
pub(crate) enum Command {
    Ingest {
        id: SeriesId,
        batch: Batch,
        reply: Reply<Receipt>,
        /// The room that the bars take up while they wait.
        room: OwnedSemaphorePermit,
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
    /// The bars of missing price files are given up.
    AcceptLoss {
        id: SeriesId,
        reply: Reply<SeriesFacts>,
    },
    Answer {
        order: Order,
        reply: Reply<()>,
        /// The room that the answer takes up while it waits.
        room: OwnedSemaphorePermit,
    },
    /// Indexes that were advised.
    Index {
        indexes: Vec<String>,
        reply: Reply<()>,
    },
    /// Everything as it is at one moment, for a copy.
    Pin {
        reply: Reply<PinnedSnapshot>,
    },
    /// The compactor has looked at a series, and merged segments of it unless there was nothing to merge.
    Compacted {
        id: SeriesId,
        merged: Option<Compacted>,
    },
}

/// Where the outcome of a command is awaited. Who does not wait any more has what it asked for all the same.
pub(crate) type Reply<T> = oneshot::Sender<Result<T, Arc<Error>>>;

impl Command {
    /// The bars that it makes durable.
    pub(crate) fn rows(&self) -> usize {
        match self {
            Self::Ingest { batch, .. } => batch.bars.len(),
            _ => 0,
        }
    }
}

/// Tells who waits that its command is not done.
pub(crate) fn refuse<T>(id: &SeriesId, reply: Reply<T>, error: Error) {
    match error.kind() {
        Kind::Invalid | Kind::NotFound => tracing::debug!(series = %id, %error, "a command is refused"),
        _ => tracing::error!(series = %id, %error, "a command is refused"),
    }
    let _ = reply.send(Err(Arc::new(error)));
}

/// Segments, and what they were merged to: fewer bars when the first are not kept any longer.
pub(crate) struct Compacted {
    pub(crate) inputs: Vec<Arc<Segment>>,
    pub(crate) outputs: Vec<Arc<Segment>>,
}

/// The bars of every series at one moment, and a reader that sees the ledger as it was then.
pub(crate) struct PinnedSnapshot {
    pub(crate) reader: Reader,
    pub(crate) snapshots: Vec<(SeriesId, Arc<Snapshot>)>,
}

//! What the tasks of alerts share: the watches, the writer thread, and a reader of the ledger.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use super::request::WebhookConfig;
use crate::app::watch::Watches;
use crate::app::workers::call_context::CallContext;
use crate::app::workers::cancellation::Cancellation;
use crate::app::workers::executor::Executor;
use crate::app::write::command::Command;
use crate::app::write::queue::WriteQueue;
use crate::app::{Error, Limits};
use crate::ledger::{Change, Reader};

/// The cost of reading the ledger, in nanoseconds.
const READ_COST: u64 = 100_000;

/// What the tasks of alerts need.
pub(super) struct Storage {
    pub(super) watches: Arc<Watches>,
    pub(super) webhooks: WebhookConfig,
    pub(super) limits: Arc<Limits>,
    pub(super) queue: Arc<WriteQueue>,
    pub(super) reader: Arc<Mutex<Reader>>,
    pub(super) executor: Arc<Executor>,
}

impl Storage {
    /// Applies changes of the ledger, durably.
    pub(super) async fn write(&self, changes: &[Change]) -> Result<(), Error> {
        let (reply, done) = oneshot::channel();
        self.queue.ask_waiting(Command::Change { changes: changes.to_vec(), reply }, done).await
    }

    /// Reads the ledger, which may touch the disk.
    pub(super) async fn query<T: Send + 'static>(
        &self,
        context: &CallContext,
        query: impl FnOnce(&Reader) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.executor.ensure_running()?;
        let reader = Arc::clone(&self.reader);
        // Reads change nothing, so the reader is intact after a panic.
        let work = move |_: &Cancellation| query(&reader.lock().unwrap_or_else(PoisonError::into_inner));
        self.executor.read(context, READ_COST, work).await
    }
}

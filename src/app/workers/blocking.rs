//! Blocking work: disks, and queries of the ledger.

use std::sync::{Arc, Mutex, PoisonError};

use super::call_context::CallContext;
use super::cancellation::Cancellation;
use super::executor::Executor;
use crate::app::Error;
use crate::ledger::Reader;

/// The cost of reading the ledger, in nanoseconds.
const READ_COST: u64 = 100_000;

/// A reader of the ledger, whose queries are admitted as other work.
pub(crate) struct LedgerReader {
    reader: Arc<Mutex<Reader>>,
    executor: Arc<Executor>,
}

impl LedgerReader {
    pub(crate) fn new(reader: Reader, executor: &Arc<Executor>) -> Self {
        Self { reader: Arc::new(Mutex::new(reader)), executor: Arc::clone(executor) }
    }

    /// Reads the ledger, which may touch the disk.
    pub(crate) async fn query<T: Send + 'static>(
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

/// Runs blocking disk work on a thread of its own.
pub(crate) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(Error::Panicked(error.to_string())))
}

//! What the tasks of alerts share: the watches, the writer thread, and a reader of the ledger.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::request::WebhookConfig;
use crate::app::watch::Watches;
use crate::app::workers::blocking::LedgerReader;
use crate::app::write::command::Command;
use crate::app::write::queue::WriteQueue;
use crate::app::{Error, Limits};
use crate::ledger::Change;

/// What the tasks of alerts need.
pub(super) struct Storage {
    pub(super) watches: Arc<Watches>,
    pub(super) webhooks: WebhookConfig,
    pub(super) limits: Arc<Limits>,
    pub(super) queue: Arc<WriteQueue>,
    pub(super) reader: Arc<LedgerReader>,
}

impl Storage {
    /// Applies changes of the ledger, durably.
    pub(super) async fn write(&self, changes: &[Change]) -> Result<(), Error> {
        let (reply, done) = oneshot::channel();
        self.queue.ask_waiting(Command::Change { changes: changes.to_vec(), reply }, done).await
    }
}

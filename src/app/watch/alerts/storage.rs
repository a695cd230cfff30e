//! What the tasks of alerts share: the watches, the writer thread, and a reader of the ledger.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::definition::AlertName;
use super::request::WebhookConfig;
use crate::app::watch::Watches;
use crate::app::workers::blocking::LedgerReader;
use crate::app::write::command::Command;
use crate::app::write::queue::WriteQueue;
use crate::app::{Error, Limits};
use crate::ledger::Change;

/// The pause before a commit that failed is tried again.
const PAUSE: Duration = Duration::from_secs(1);

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

    /// Applies a change of an alert, durably, and tries again until it succeeds, as on a disk that is full: what follows must
    /// not be done twice. Fails only when the server stops.
    pub(super) async fn write_with_retry(&self, alert: &AlertName, change: Change) -> Result<(), Error> {
        loop {
            match self.write(std::slice::from_ref(&change)).await {
                Err(error) if !matches!(error, Error::Stopping) => {
                    tracing::error!(alert = alert.as_str(), %error, "cannot store the state of an alert, trying again");
                    tokio::time::sleep(PAUSE).await;
                }
                outcome => return outcome,
            }
        }
    }
}

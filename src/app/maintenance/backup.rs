//! Backups: one at a time, shared by all callers of the same name, cancelled when the last one leaves. `backup_folder`
//! handles the disk.

use std::sync::Arc;

use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::backup_folder::{BackupFacts, BackupFolder};
use super::service::Maintenance;
use crate::app::Error;
use crate::app::workers::blocking::aside;
use crate::app::write::command::Command;
use crate::{ledger, prices};

impl Maintenance {
    /// Copies a consistent snapshot to a folder of this name in the backup folder, while reads and writes continue. A
    /// running backup of the same name is joined, a finished one returned. When all callers have left, the copy is
    /// cancelled and removed.
    pub async fn backup(self: &Arc<Self>, name: &str) -> Result<BackupFacts, Error> {
        let folder = self.data_folder.backups.folder(name)?;
        let flight = self.data_folder.backups.join(name, |sender, cancellation| {
            let (maintenance, name) = (Arc::clone(self), name.to_owned());
            let work = async move {
                let outcome = maintenance.make_backup(folder, name, cancellation).await;
                // All callers may have left.
                let _ = sender.send(Some(outcome.map_err(Arc::new)));
            };
            drop(tokio::spawn(work.in_current_span()));
        });
        let mut outcome = flight.outcome.clone();
        let made = outcome.wait_for(Option::is_some).await.ok().and_then(|outcome| outcome.clone());
        made.unwrap_or_else(|| Err(Arc::new(Error::Panicked("a backup".into())))).map_err(Error::from)
    }

    async fn make_backup(
        &self,
        folder: Arc<BackupFolder>,
        name: String,
        cancellation: CancellationToken,
    ) -> Result<BackupFacts, Error> {
        let backups = &self.data_folder.backups;
        let find = || {
            aside({
                let (folder, name) = (Arc::clone(&folder), name.clone());
                move || folder.finished(&name)
            })
        };
        // A finished backup needs no turn.
        if let Some(made) = find().await? {
            return Ok(made);
        }
        let Some(_turn) = cancellation.run_until_cancelled(backups.turn()).await else { return Err(self.stopped()) };
        if let Some(made) = find().await? {
            return Ok(made);
        }
        let (reply, moment) = oneshot::channel();
        let Some(moment) =
            cancellation.run_until_cancelled(self.queue.ask_waiting(Command::Pin { reply }, moment)).await
        else {
            return Err(self.stopped());
        };
        let (moment, data) = (moment?, self.data_folder.folder()?);
        let made = aside(move || folder.make(&name, moment, &data, &|| !cancellation.is_cancelled())).await;
        made.map_err(|error| match error {
            Error::Prices(prices::Error::Stopped { .. }) | Error::Ledger(ledger::Error::Stopped { .. }) => {
                self.stopped()
            }
            error => error,
        })
    }

    /// Why a backup was cancelled.
    fn stopped(&self) -> Error {
        if self.data_folder.backups.stopping.is_cancelled() { Error::Stopping } else { Error::Late }
    }
}

//! Backups in flight (single-flight): callers of the same name share one.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, Weak};

use tokio::sync::{Mutex, MutexGuard, watch};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::backup_folder::{BackupFacts, BackupFolder, is_name, name_error, wrong_name};
use crate::app::{Error, Limits};

/// The backups in flight, and their target folder.
pub(crate) struct Backups {
    /// `None` when backups are disabled.
    folder: Option<Arc<BackupFolder>>,
    /// Locked by the backup that is running.
    turn: Mutex<()>,
    flights: std::sync::Mutex<HashMap<String, Weak<Flight>>>,
    pub(super) stopping: CancellationToken,
}

/// A backup in flight, shared by its callers.
pub(super) struct Flight {
    pub(super) outcome: watch::Receiver<Option<Outcome>>,
    /// Cancels the copy when the last caller has left.
    _wanted: DropGuard,
}

pub(super) type Outcome = Result<BackupFacts, Arc<Error>>;

impl Backups {
    pub(crate) fn open(folder: Option<PathBuf>, limits: &Limits) -> Self {
        Self {
            folder: folder.map(|path| Arc::new(BackupFolder::open(path, limits))),
            turn: Mutex::default(),
            flights: std::sync::Mutex::default(),
            stopping: CancellationToken::new(),
        }
    }

    /// Cancels the running backups and waits until they are cleaned up.
    pub(crate) async fn close(&self) {
        self.stopping.cancel();
        drop(self.turn().await);
    }

    /// Waits for the turn; no backup runs while it is held.
    pub(crate) async fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    pub(super) fn folder(&self, name: &str) -> Result<Arc<BackupFolder>, Error> {
        if !is_name(name) {
            return Err(wrong_name(name));
        }
        let none = || name_error(name, "left out: the server was started without a folder for backups".into());
        self.folder.clone().ok_or_else(none)
    }

    /// The backup of this name in flight, or a new one, started by `start`.
    pub(super) fn join(
        &self,
        name: &str,
        start: impl FnOnce(watch::Sender<Option<Outcome>>, CancellationToken),
    ) -> Arc<Flight> {
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        flights.retain(|_, flight| flight.strong_count() > 0);
        let flying = flights.get(name).and_then(Weak::upgrade);
        if let Some(flight) = flying.filter(|flight| flight.outcome.borrow().is_none()) {
            return flight;
        }
        let (sender, outcome) = watch::channel(None);
        let cancellation = self.stopping.child_token();
        let flight = Arc::new(Flight { outcome, _wanted: cancellation.clone().drop_guard() });
        flights.insert(name.into(), Arc::downgrade(&flight));
        start(sender, cancellation);
        flight
    }
}

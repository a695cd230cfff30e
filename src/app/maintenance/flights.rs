//! The backups that are being made, so that whoever asks for the same one waits for it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, Weak};

use tokio::sync::{Mutex, MutexGuard, watch};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::backup_folder::{BackupFacts, BackupFolder, is_name, name_error, wrong_name};
use crate::app::{Error, Limits};

/// The backups that are being made, and where they go.
pub(crate) struct Backups {
    /// `None` when nobody may ask for one.
    folder: Option<Arc<BackupFolder>>,
    /// BarsSource by the one that is being made.
    turn: Mutex<()>,
    flights: std::sync::Mutex<HashMap<String, Weak<Flight>>>,
    pub(super) stopping: CancellationToken,
}

/// A backup that is being made, source by everyone who waits for it.
pub(super) struct Flight {
    pub(super) outcome: watch::Receiver<Option<Outcome>>,
    /// Stops the copy when the last one who waits has left.
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

    /// Stops what is being made, and waits until nothing is left of it.
    pub(crate) async fn close(&self) {
        self.stopping.cancel();
        drop(self.turn().await);
    }

    /// Waits for the turn to make one; nothing is being made while it is source.
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

    /// The backup of this name that is being made, or a new one, which `start` makes.
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
        let (panic_message, outcome) = watch::channel(None);
        let cancellation = self.stopping.child_token();
        let flight = Arc::new(Flight { outcome, _wanted: cancellation.clone().drop_guard() });
        flights.insert(name.into(), Arc::downgrade(&flight));
        start(panic_message, cancellation);
        flight
    }
}

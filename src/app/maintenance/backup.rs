//! Backups: whoever asks for the same name gets the same backup, made once, one at a time, and only for as long as
//! somebody waits for it. What is on the disk is for `backup_folder`.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, Weak};

use tokio::sync::{Mutex, MutexGuard, oneshot, watch};
use tokio_util::sync::{CancellationToken, DropGuard};
use tracing::Instrument;

use super::backup_folder::{BackupFacts, BackupFolder, is_name, name_error, wrong_name};
use super::service::aside;
use crate::app::write::command::Job;
use crate::app::{App, Error, Limits};
use crate::{ledger, prices};

/// The backups that are being made, and where they go.
pub(crate) struct Backups {
    /// `None` when nobody may ask for one.
    folder: Option<Arc<BackupFolder>>,
    /// Held by the one that is being made.
    turn: Mutex<()>,
    flights: std::sync::Mutex<HashMap<String, Weak<Flight>>>,
    stopping: CancellationToken,
}

/// A backup that is being made, held by everyone who waits for it.
struct Flight {
    outcome: watch::Receiver<Option<Outcome>>,
    /// Stops the copy when the last one who waits has left.
    _wanted: DropGuard,
}

type Outcome = Result<BackupFacts, Arc<Error>>;

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

    /// Waits for the turn to make one; nothing is being made while it is held.
    pub(crate) async fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    fn folder(&self, name: &str) -> Result<Arc<BackupFolder>, Error> {
        if !is_name(name) {
            return Err(wrong_name(name));
        }
        let none = || name_error(name, "left out: the server was started without a folder for backups".into());
        self.folder.clone().ok_or_else(none)
    }

    /// The backup of this name that is being made, or a new one, which `start` makes.
    fn join(&self, name: &str, start: impl FnOnce(watch::Sender<Option<Outcome>>, CancellationToken)) -> Arc<Flight> {
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        flights.retain(|_, flight| flight.strong_count() > 0);
        let flying = flights.get(name).and_then(Weak::upgrade);
        if let Some(flight) = flying.filter(|flight| flight.outcome.borrow().is_none()) {
            return flight;
        }
        let (told, outcome) = watch::channel(None);
        let wanted = self.stopping.child_token();
        let flight = Arc::new(Flight { outcome, _wanted: wanted.clone().drop_guard() });
        flights.insert(name.into(), Arc::downgrade(&flight));
        start(told, wanted);
        flight
    }
}

impl App {
    /// Copies everything, as it is at one moment, to a folder of this name under that for backups. Bars come in and are
    /// read meanwhile. The same name is the same backup: one that is being made is waited for, and one that is finished is
    /// returned as it is. When all who wait have left, the copy stops and nothing is left of it.
    pub async fn backup(self: &Arc<Self>, name: &str) -> Result<BackupFacts, Error> {
        let folder = self.upkeep.backups.folder(name)?;
        let flight = self.upkeep.backups.join(name, |told, wanted| {
            let (app, name) = (Arc::clone(self), name.to_owned());
            let work = async move {
                let outcome = app.make_backup(folder, name, wanted).await;
                // Everyone may have left.
                let _ = told.send(Some(outcome.map_err(Arc::new)));
            };
            drop(tokio::spawn(work.in_current_span()));
        });
        let mut outcome = flight.outcome.clone();
        let told = outcome.wait_for(Option::is_some).await.ok().and_then(|told| told.clone());
        told.unwrap_or_else(|| Err(Arc::new(Error::Panicked("a backup".into())))).map_err(Error::from)
    }

    async fn make_backup(
        &self,
        folder: Arc<BackupFolder>,
        name: String,
        wanted: CancellationToken,
    ) -> Result<BackupFacts, Error> {
        let backups = &self.upkeep.backups;
        let find = || {
            aside({
                let (folder, name) = (Arc::clone(&folder), name.clone());
                move || folder.finished(&name)
            })
        };
        // One that is finished need not wait for its turn.
        if let Some(made) = find().await? {
            return Ok(made);
        }
        let Some(_turn) = wanted.run_until_cancelled(backups.turn()).await else { return Err(self.stopped()) };
        if let Some(made) = find().await? {
            return Ok(made);
        }
        let (reply, moment) = oneshot::channel();
        let Some(moment) = wanted.run_until_cancelled(self.ask_held(Job::Hold { reply }, moment)).await else {
            return Err(self.stopped());
        };
        let (moment, data) = (moment?, self.upkeep.folder()?);
        let made = aside(move || folder.make(&name, moment, &data, &|| !wanted.is_cancelled())).await;
        made.map_err(|error| match error {
            Error::Prices(prices::Error::Stopped { .. }) | Error::Ledger(ledger::Error::Stopped { .. }) => {
                self.stopped()
            }
            error => error,
        })
    }

    /// Why a backup was given up.
    fn stopped(&self) -> Error {
        if self.upkeep.backups.stopping.is_cancelled() { Error::Stopping } else { Error::Late }
    }
}

//! The stored alerts: stored through the writer thread, run while the server runs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio_util::task::AbortOnDropHandle;

use super::definition::{Alert, AlertName};
use super::delivery::deliver;
use super::request::WebhookConfig;
use super::runner;
use super::storage::Storage;
use crate::app::saved::store::now_ms;
use crate::app::watch::Watches;
use crate::app::workers::blocking::LedgerReader;
use crate::app::workers::call_context::CallContext;
use crate::app::write::queue::WriteQueue;
use crate::app::{Error, Limits};
use crate::ledger::{AlertRow, Change, FiringPage, FiringRow, Reader};

/// For how long a call waits until the alert it has stored watches its series.
const BEGIN_TIMEOUT: Duration = Duration::from_secs(10);

/// An alert with its name.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredAlert {
    /// Its name.
    pub name: AlertName,
    /// What it is.
    pub alert: Alert,
    /// When it was stored, in milliseconds since the Unix epoch.
    pub created_ms: i64,
}

/// The stored alerts.
pub struct Alerts {
    storage: Arc<Storage>,
    running: Mutex<BTreeMap<AlertName, Running>>,
    /// One change at a time, so that the tasks are those of what is stored.
    changing: tokio::sync::Mutex<()>,
}

/// An alert and its tasks, which end with it.
struct Running {
    stored: StoredAlert,
    _tasks: Vec<AbortOnDropHandle<()>>,
}

impl Alerts {
    pub(crate) fn new(
        watches: &Arc<Watches>,
        queue: &Arc<WriteQueue>,
        reader: &Arc<LedgerReader>,
        webhooks: WebhookConfig,
        limits: &Arc<Limits>,
    ) -> Self {
        let (watches, queue) = (Arc::clone(watches), Arc::clone(queue));
        let (reader, limits) = (Arc::clone(reader), Arc::clone(limits));
        let storage = Arc::new(Storage { watches, webhooks, limits, queue, reader });
        Self { storage, running: Mutex::default(), changing: tokio::sync::Mutex::default() }
    }

    /// Runs the alerts that the ledger has. Alerts only run in a server, not where a data folder is opened for a moment.
    pub async fn start(&self) -> Result<(), Error> {
        let _changing = self.changing.lock().await;
        let rows = self.storage.reader.query(&None.into(), |reader| Ok(reader.alerts()?)).await?;
        for AlertRow { name, created_ms, about } in rows {
            let stored = AlertName::new(&name).ok().zip(Alert::unpack(&about).ok());
            let Some((name, alert)) = stored else {
                tracing::error!(alert = name, "an alert cannot be read and does not run; store it again");
                continue;
            };
            // Nobody waits until it has begun.
            drop(self.run(StoredAlert { name, alert, created_ms }));
        }
        Ok(())
    }

    /// Ends the tasks of all alerts.
    pub(crate) fn stop(&self) {
        self.lock().clear();
    }

    /// Stores an alert, durably, and waits for a moment until it watches its series. One of the same name is replaced and begins
    /// anew, except if it is the same.
    pub async fn put(self: &Arc<Self>, name: AlertName, alert: Alert) -> Result<StoredAlert, Error> {
        let alerts = Arc::clone(self);
        let (stored, begun) = to_the_end(async move { alerts.replace(name, alert).await }).await?;
        if let Some(begun) = begun {
            // One that cannot begin for now is stored all the same.
            let _ = tokio::time::timeout(BEGIN_TIMEOUT, begun).await;
        }
        Ok(stored)
    }

    async fn replace(
        &self,
        name: AlertName,
        alert: Alert,
    ) -> Result<(StoredAlert, Option<oneshot::Receiver<()>>), Error> {
        let _changing = self.changing.lock().await;
        if let Some(running) = self.lock().get(&name).filter(|running| running.stored.alert == alert) {
            return Ok((running.stored.clone(), None));
        }
        let Storage { watches, limits, webhooks, .. } = &*self.storage;
        watches.check(&alert.question(&watches.compute)?)?;
        if let Some(webhook) = &alert.webhook {
            webhook.url.check(webhooks.with_private)?;
        }
        let needed = self.lock().keys().filter(|known| **known != name).count() as u64 + 1;
        if needed > limits.alerts_max {
            return Err(Error::TooMuch {
                limit: "alerts_max",
                max: limits.alerts_max,
                needed,
                hint: Some("delete others"),
            });
        }
        // Before the change: a firing of the old one must not come after it.
        let before = self.lock().remove(&name);
        let created_ms = now_ms();
        let row = AlertRow { name: name.as_str().into(), created_ms, about: alert.pack() };
        let has_webhook = alert.webhook.is_some();
        if let Err(error) = self.storage.write(&[Change::PutAlert { row, has_webhook }]).await {
            before.into_iter().for_each(|running| drop(self.run(running.stored)));
            return Err(error);
        }
        let stored = StoredAlert { name, alert, created_ms };
        let begun = self.run(stored.clone());
        Ok((stored, Some(begun)))
    }

    /// All alerts, by name.
    pub fn list(&self) -> Vec<StoredAlert> {
        self.lock().values().map(|running| running.stored.clone()).collect()
    }

    /// Deletes an alert with its firings.
    pub async fn delete(self: &Arc<Self>, name: AlertName) -> Result<(), Error> {
        let alerts = Arc::clone(self);
        to_the_end(async move {
            let _changing = alerts.changing.lock().await;
            alerts.known(&name)?;
            alerts.storage.write(&[Change::DeleteAlert { name: name.as_str().into() }]).await?;
            alerts.lock().remove(&name);
            Ok(())
        })
        .await
    }

    /// The firings of a page, oldest first.
    pub async fn firings(
        &self,
        alert: Option<AlertName>,
        after: u64,
        unacknowledged: bool,
        limit: usize,
        context: impl Into<CallContext>,
    ) -> Result<Vec<FiringRow>, Error> {
        if let Some(name) = &alert {
            self.known(name)?;
        }
        let read = move |reader: &Reader| {
            let alert = alert.as_ref().map_or("", AlertName::as_str);
            Ok(reader.firings(FiringPage { alert, after, unacknowledged, undelivered: false, limit })?)
        };
        self.storage.reader.query(&context.into(), read).await
    }

    /// Acknowledges the firings of an alert up to a number.
    pub async fn acknowledge(&self, name: &AlertName, through: u64) -> Result<(), Error> {
        self.known(name)?;
        let alert = name.as_str().into();
        self.storage.write(&[Change::AcknowledgeFirings { alert, through, now_ms: now_ms() }]).await
    }

    fn known(&self, name: &AlertName) -> Result<(), Error> {
        if self.lock().contains_key(name) { Ok(()) } else { Err(Error::NoAlert { name: name.as_str().into() }) }
    }

    /// Runs an alert; tells when it has begun.
    fn run(&self, stored: StoredAlert) -> oneshot::Receiver<()> {
        let fired = Arc::new(Notify::new());
        let (storage, name, alert) = (Arc::clone(&self.storage), stored.name.clone(), stored.alert.clone());
        let mut tasks = Vec::with_capacity(2);
        if let Some(webhook) = alert.webhook.clone() {
            let (labels, fired) = (alert.labels(&storage.watches.compute), Arc::clone(&fired));
            let delivery = deliver(Arc::clone(&storage), name.clone(), webhook, labels, fired);
            tasks.push(AbortOnDropHandle::new(tokio::spawn(delivery)));
        }
        let (begin, begun) = oneshot::channel();
        tasks.push(AbortOnDropHandle::new(tokio::spawn(runner::run(storage, name, alert, fired, begin))));
        self.lock().insert(stored.name.clone(), Running { stored, _tasks: tasks });
        begun
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<AlertName, Running>> {
        // Safe after poisoning: each change is a single step.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs a change to its end, whatever becomes of the caller: what runs must be what is stored.
async fn to_the_end<T: Send + 'static>(
    change: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    tokio::spawn(change).await.unwrap_or_else(|error| Err(Error::Panicked(error.to_string())))
}

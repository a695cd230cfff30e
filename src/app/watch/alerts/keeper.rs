//! The kept alerts: stored through the writer thread, run while the server runs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio_util::task::AbortOnDropHandle;

use super::definition::{Alert, AlertName};
use super::delivery::deliver;
use super::keeping::Keeping;
use super::request::WebhookConfig;
use super::runner;
use crate::app::saved::store::now_ms;
use crate::app::watch::Watches;
use crate::app::workers::call_context::CallContext;
use crate::app::workers::executor::Executor;
use crate::app::write::queue::WriteQueue;
use crate::app::{Error, Limits};
use crate::ledger::{AlertRow, Change, FiringPage, FiringRow, Reader};

/// An alert with its name.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptAlert {
    /// Its name.
    pub name: AlertName,
    /// What it is.
    pub alert: Alert,
    /// When it was kept, in milliseconds since the Unix epoch.
    pub created_ms: i64,
}

/// The kept alerts.
pub struct Alerts {
    keeping: Arc<Keeping>,
    running: Mutex<BTreeMap<AlertName, Running>>,
    /// One change at a time, so that the tasks are those of what is stored.
    changing: tokio::sync::Mutex<()>,
}

/// An alert and its tasks, which end with it.
struct Running {
    kept: KeptAlert,
    _tasks: Vec<AbortOnDropHandle<()>>,
}

impl Alerts {
    pub(crate) fn new(
        watches: &Arc<Watches>,
        queue: &Arc<WriteQueue>,
        reader: Reader,
        executor: &Arc<Executor>,
        webhooks: WebhookConfig,
        limits: &Arc<Limits>,
    ) -> Self {
        let (watches, queue, executor) = (Arc::clone(watches), Arc::clone(queue), Arc::clone(executor));
        let (reader, limits) = (Arc::new(Mutex::new(reader)), Arc::clone(limits));
        let keeping = Arc::new(Keeping { watches, webhooks, limits, queue, reader, executor });
        Self { keeping, running: Mutex::default(), changing: tokio::sync::Mutex::default() }
    }

    /// Runs the alerts that the ledger has. Alerts only run in a server, not where a data folder is opened for a moment.
    pub async fn start(&self) -> Result<(), Error> {
        let _changing = self.changing.lock().await;
        let rows = self.keeping.query(&None.into(), |reader| Ok(reader.alerts()?)).await?;
        for AlertRow { name, created_ms, about } in rows {
            let kept = AlertName::new(&name).ok().zip(Alert::unpack(&about).ok());
            let Some((name, alert)) = kept else {
                tracing::error!(alert = name, "an alert cannot be read and does not run; keep it again");
                continue;
            };
            self.run(KeptAlert { name, alert, created_ms });
        }
        Ok(())
    }

    /// Ends the tasks of all alerts.
    pub(crate) fn stop(&self) {
        self.lock().clear();
    }

    /// Keeps an alert, durably. One of the same name is replaced and begins anew, except if it is the same.
    pub async fn keep(&self, name: AlertName, alert: Alert) -> Result<KeptAlert, Error> {
        let _changing = self.changing.lock().await;
        if let Some(running) = self.lock().get(&name).filter(|running| running.kept.alert == alert) {
            return Ok(running.kept.clone());
        }
        let Keeping { watches, limits, webhooks, .. } = &*self.keeping;
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
        if let Err(error) = self.keeping.write(&[Change::KeepAlert { row }]).await {
            before.into_iter().for_each(|running| self.run(running.kept));
            return Err(error);
        }
        let kept = KeptAlert { name, alert, created_ms };
        self.run(kept.clone());
        Ok(kept)
    }

    /// All alerts, by name.
    pub fn list(&self) -> Vec<KeptAlert> {
        self.lock().values().map(|running| running.kept.clone()).collect()
    }

    /// Deletes an alert with its firings.
    pub async fn delete(&self, name: &AlertName) -> Result<(), Error> {
        let _changing = self.changing.lock().await;
        self.known(name)?;
        self.keeping.write(&[Change::DeleteAlert { name: name.as_str().into() }]).await?;
        self.lock().remove(name);
        Ok(())
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
        self.keeping.query(&context.into(), read).await
    }

    /// Acknowledges the firings of an alert up to a number.
    pub async fn acknowledge(&self, name: &AlertName, through: u64) -> Result<(), Error> {
        self.known(name)?;
        let alert = name.as_str().into();
        self.keeping.write(&[Change::AcknowledgeFirings { alert, through, now_ms: now_ms() }]).await
    }

    fn known(&self, name: &AlertName) -> Result<(), Error> {
        if self.lock().contains_key(name) { Ok(()) } else { Err(Error::NoAlert { name: name.as_str().into() }) }
    }

    fn run(&self, kept: KeptAlert) {
        let fired = Arc::new(Notify::new());
        let (keeping, name, alert) = (Arc::clone(&self.keeping), kept.name.clone(), kept.alert.clone());
        let mut tasks = Vec::with_capacity(2);
        if let Some(webhook) = alert.webhook.clone() {
            let (labels, fired) = (alert.labels(&keeping.watches.compute), Arc::clone(&fired));
            let delivery = deliver(Arc::clone(&keeping), name.clone(), webhook, labels, fired);
            tasks.push(AbortOnDropHandle::new(tokio::spawn(delivery)));
        }
        tasks.push(AbortOnDropHandle::new(tokio::spawn(runner::run(keeping, name, alert, fired))));
        self.lock().insert(kept.name.clone(), Running { kept, _tasks: tasks });
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<AlertName, Running>> {
        // Safe after poisoning: each change is a single step.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! Ingesting bars and deleting series: commands for the writer thread.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::sync::oneshot;

use super::command::Command;
use crate::app::{App, Batch, Error, Limits, Receipt, SeriesFacts};
use crate::series::{self, Retention, SeriesId};

impl App {
    /// Stores a batch atomically and returns once it is durable. A full queue is an error.
    pub async fn ingest(&self, id: SeriesId, batch: impl Into<Batch>) -> Result<Receipt, Error> {
        let batch = batch.into();
        let (commands, rows) = (self.commands()?, self.rows_fit(&batch)?);
        let full = || self.full("ingest_queue_rows_max", self.limits().ingest_queue_rows_max);
        let room = Arc::clone(&self.room).try_acquire_many_owned(rows).map_err(|_| full())?;
        let (reply, receipt) = oneshot::channel();
        self.try_send(&commands, Command::Ingest { id, batch, reply, room })?;
        // The writer thread ends when the last sender is dropped; do not hold one while waiting.
        drop(commands);
        answered(receipt).await
    }

    /// As `ingest`, but waits for queue capacity. The receipt is awaited separately, so that one sender can pipeline
    /// batches in order.
    pub async fn ingest_held(
        &self,
        id: SeriesId,
        batch: impl Into<Batch> + 'static,
    ) -> Result<impl Future<Output = Result<Receipt, Error>> + Send + 'static, Error> {
        let batch = batch.into();
        let (commands, rows) = (self.commands()?, self.rows_fit(&batch)?);
        let room = Arc::clone(&self.room).acquire_many_owned(rows).await.expect("the semaphore is never closed");
        let (reply, receipt) = oneshot::channel();
        let place = commands.reserve().await.map_err(|_| gone())?;
        self.depth.fetch_add(1, Relaxed);
        place.send(Command::Ingest { id, batch, reply, room });
        Ok(answered(receipt))
    }

    /// Deletes a series and returns its number of bars.
    pub async fn delete(&self, id: SeriesId) -> Result<u64, Error> {
        let (reply, rows) = oneshot::channel();
        self.ask(Command::Delete { id, reply }, rows).await
    }

    /// Sets the retention of a series and permanently removes expired bars.
    pub async fn set_retention(&self, id: SeriesId, retention: Retention) -> Result<SeriesFacts, Error> {
        let (reply, facts) = oneshot::channel();
        self.ask(Command::Retain { id, retention, reply }, facts).await
    }

    /// Permanently accepts the loss of missing or damaged price files: the series continues without them at a new
    /// epoch. A series that misses none is unchanged.
    pub async fn accept_loss(&self, id: SeriesId) -> Result<SeriesFacts, Error> {
        let (reply, facts) = oneshot::channel();
        self.ask(Command::AcceptLoss { id, reply }, facts).await
    }

    /// Sends a command to the writer thread and waits for the reply.
    pub(crate) async fn ask<T>(
        &self,
        command: Command,
        reply: oneshot::Receiver<Result<T, Arc<Error>>>,
    ) -> Result<T, Error> {
        self.try_send(&*self.commands()?, command)?;
        answered(reply).await
    }

    /// As `ask`, but waits for queue capacity.
    pub(crate) async fn ask_held<T>(
        &self,
        command: Command,
        reply: oneshot::Receiver<Result<T, Arc<Error>>>,
    ) -> Result<T, Error> {
        let commands = self.commands()?;
        let place = commands.reserve().await.map_err(|_| gone())?;
        self.depth.fetch_add(1, Relaxed);
        place.send(command);
        // The writer thread ends when the last sender is dropped; do not hold one while waiting.
        drop(commands);
        answered(reply).await
    }

    /// The queue capacity a batch needs.
    fn rows_fit(&self, batch: &Batch) -> Result<u32, Error> {
        let limits = self.limits();
        let (max, needed) = (limits.ingest_rows_max as u64, batch.sent() as u64);
        match batch.sent() {
            0 => Err(series::Error::Empty.into()),
            rows if rows > limits.ingest_rows_max => {
                Err(Error::TooMuch { limit: "ingest_rows_max", max, needed, hint: Some("send smaller batches") })
            }
            rows => Ok(rows.min(room(limits)) as u32),
        }
    }

    pub(crate) fn commands(&self) -> Result<Arc<mpsc::Sender<Command>>, Error> {
        self.commands.load_full().ok_or(Error::Stopping)
    }

    pub(crate) fn try_send(&self, commands: &mpsc::Sender<Command>, command: Command) -> Result<(), Error> {
        let place = commands.try_reserve().map_err(|error| match error {
            TrySendError::Closed(()) => gone(),
            TrySendError::Full(()) => self.full("ingest_queue_max", self.limits().ingest_queue_max),
        })?;
        self.depth.fetch_add(1, Relaxed);
        place.send(command);
        Ok(())
    }

    pub(crate) fn full(&self, limit: &'static str, max: usize) -> Error {
        Error::Full { limit, max: max as u64, retry_after: Duration::from_millis(50) }
    }
}

/// The queue capacity in bars.
pub(crate) fn room(limits: &Limits) -> usize {
    limits.ingest_queue_rows_max.clamp(1, u32::MAX as usize >> 3)
}

pub(crate) async fn answered<T>(reply: oneshot::Receiver<Result<T, Arc<Error>>>) -> Result<T, Error> {
    // Without a reply the outcome of the command is unknown.
    reply.await.map_err(|_| gone())?.map_err(Error::from)
}

/// The writer thread has panicked: nothing can be stored before a restart.
fn gone() -> Error {
    Error::Panicked("the writer thread is gone, restart needed".into())
}

//! The queue of the writer thread: ingesting bars, changing and deleting series.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, oneshot};

use super::command::Command;
use crate::app::workers::threads::{Thread, point};
use crate::app::{Batch, Error, Limits, Receipt, SeriesFacts};
use crate::series::{self, Retention, SeriesId};

/// What callers see of the writer thread.
pub struct WriteQueue {
    /// `None` once the server is stopping.
    commands: ArcSwapOption<mpsc::Sender<Command>>,
    /// Queue capacity for bars that wait for the writer thread.
    pub(crate) room: Arc<Semaphore>,
    /// The part of it that streams may take, which wait for more: the rest is for calls that do not.
    stream_room: Arc<Semaphore>,
    /// Commands that the writer thread has not done yet.
    depth: Arc<AtomicUsize>,
    limits: Arc<Limits>,
    thread: Mutex<Option<Thread>>,
}

impl WriteQueue {
    pub(crate) fn new(
        commands: mpsc::Sender<Command>,
        depth: Arc<AtomicUsize>,
        limits: Arc<Limits>,
        thread: Thread,
    ) -> Self {
        let room = Arc::new(Semaphore::new(rows_max(&limits)));
        let stream_room = Arc::new(Semaphore::new(stream_rows_max(&limits)));
        Self {
            commands: ArcSwapOption::from_pointee(commands),
            room,
            stream_room,
            depth,
            limits,
            thread: Mutex::new(Some(thread)),
        }
    }

    /// Refuses new commands from now on.
    pub(crate) fn stop(&self) {
        self.commands.store(None);
    }

    /// Waits until the writer thread has drained its queue after `stop`.
    pub(crate) async fn join(&self) {
        // Locked until the end, so that a second caller waits as well.
        let mut thread = self.thread.lock().await;
        let Some(thread) = thread.take() else { return };
        if !thread.ended().await {
            tracing::error!("the writer thread panicked");
        }
    }

    /// Commands that the writer thread has not done yet.
    pub(crate) fn depth(&self) -> usize {
        self.depth.load(Relaxed)
    }

    /// Stores a batch atomically and returns once it is durable. A full queue is an error.
    pub async fn ingest(&self, id: SeriesId, batch: impl Into<Batch>) -> Result<Receipt, Error> {
        let batch = batch.into();
        batch.permit(&id)?;
        let (room, tells_epochs) = (self.claim(self.rows_of(&batch)?)?, batch.tells_epochs());
        let (reply, receipt) = oneshot::channel();
        Ok(visible_receipt(
            self.ask(Command::Ingest { id, batch, reply, room: Box::new((room, None)) }, receipt).await?,
            tells_epochs,
        ))
    }

    /// As `ingest`, but waits for queue capacity. The receipt is awaited separately, so that one sender can pipeline
    /// batches in order.
    pub async fn ingest_waiting(
        &self,
        id: SeriesId,
        batch: impl Into<Batch> + 'static,
    ) -> Result<impl Future<Output = Result<Receipt, Error>> + Send + 'static, Error> {
        let batch = batch.into();
        batch.permit(&id)?;
        let rows = self.rows_of(&batch)?.min(stream_rows_max(&self.limits)) as u32;
        let acquire = |room: &Arc<Semaphore>| Arc::clone(room).acquire_many_owned(rows);
        let of_streams = acquire(&self.stream_room).await.expect("the semaphore is never closed");
        let room = acquire(&self.room).await.expect("the semaphore is never closed");
        let ((reply, receipt), tells_epochs) = (oneshot::channel(), batch.tells_epochs());
        self.send(Command::Ingest { id, batch, reply, room: Box::new((room, Some(of_streams))) }).await?;
        Ok(async move { Ok(visible_receipt(answered(receipt).await?, tells_epochs)) })
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

    /// Queue capacity for this many bars, or for something of their size. Full is an error.
    pub(crate) fn claim(&self, rows: usize) -> Result<OwnedSemaphorePermit, Error> {
        self.commands()?;
        let rows = rows.min(rows_max(&self.limits)) as u32;
        let max = self.limits.ingest_queue_rows_max;
        Arc::clone(&self.room).try_acquire_many_owned(rows).map_err(|_| full("ingest_queue_rows_max", max))
    }

    /// Sends a command to the writer thread and waits for the reply. A full queue is an error.
    pub(crate) async fn ask<T>(
        &self,
        command: Command,
        reply: oneshot::Receiver<Result<T, Arc<Error>>>,
    ) -> Result<T, Error> {
        let commands = self.commands()?;
        let place = commands.try_reserve().map_err(|error| match error {
            TrySendError::Closed(()) => gone(),
            TrySendError::Full(()) => full("ingest_queue_max", self.limits.ingest_queue_max),
        })?;
        point();
        self.depth.fetch_add(1, Relaxed);
        point();
        place.send(command);
        // The writer thread ends when the last sender is dropped; do not hold one while waiting.
        drop(commands);
        answered(reply).await
    }

    /// As `ask`, but waits for queue capacity.
    pub(crate) async fn ask_waiting<T>(
        &self,
        command: Command,
        reply: oneshot::Receiver<Result<T, Arc<Error>>>,
    ) -> Result<T, Error> {
        self.send(command).await?;
        answered(reply).await
    }

    /// Sends a command once the queue has capacity. Holds no sender afterwards: the writer thread ends when the last
    /// one is dropped.
    pub(crate) async fn send(&self, command: Command) -> Result<(), Error> {
        let commands = self.commands()?;
        let place = commands.reserve().await.map_err(|_| gone())?;
        point();
        self.depth.fetch_add(1, Relaxed);
        point();
        place.send(command);
        Ok(())
    }

    /// The queue capacity a batch needs, in bars.
    fn rows_of(&self, batch: &Batch) -> Result<usize, Error> {
        let (max, needed) = (self.limits.ingest_rows_max as u64, batch.sent() as u64);
        match batch.sent() {
            0 => Err(series::Error::Empty.into()),
            _ if needed > max => {
                Err(Error::TooMuch { limit: "ingest_rows_max", max, needed, hint: Some("send smaller batches") })
            }
            rows => Ok(rows),
        }
    }

    fn commands(&self) -> Result<Arc<mpsc::Sender<Command>>, Error> {
        let commands = self.commands.load_full().ok_or(Error::Stopping);
        point();
        commands
    }
}

/// A receipt as its sender is told it: an epoch counts later bars, too.
fn visible_receipt(receipt: Receipt, tells_epochs: bool) -> Receipt {
    if tells_epochs { receipt } else { Receipt { epoch: 0, ..receipt } }
}

fn full(limit: &'static str, max: usize) -> Error {
    Error::Full { limit, max: max as u64, retry_after: Duration::from_millis(50) }
}

/// The queue capacity in bars.
fn rows_max(limits: &Limits) -> usize {
    limits.ingest_queue_rows_max.clamp(1, u32::MAX as usize >> 3)
}

/// The queue capacity of streams, in bars: three quarters.
fn stream_rows_max(limits: &Limits) -> usize {
    let rows = rows_max(limits);
    rows - rows / 4
}

async fn answered<T>(reply: oneshot::Receiver<Result<T, Arc<Error>>>) -> Result<T, Error> {
    // Without a reply the outcome of the command is unknown.
    reply.await.map_err(|_| gone())?.map_err(Error::from)
}

/// The writer thread has panicked: nothing can be stored before a restart.
fn gone() -> Error {
    Error::Panicked("the writer thread is gone, restart needed".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::tests::fixture::bars;

    #[tokio::test]
    async fn commands_that_nobody_has_done_are_counted_and_refused_when_there_are_too_many() {
        let (sender, _commands) = mpsc::channel(2);
        let limits = Limits { ingest_queue_max: 2, ..Limits::default() };
        let (depth, thread) = (Arc::default(), Thread::spawn("none", || ()));
        let queue = WriteQueue::new(sender, depth, Arc::new(limits), thread);
        let id: SeriesId = SeriesId::parse("S", "1m").expect("valid");
        for expected in 1..=2 {
            let command = Command::Delete { id: id.clone(), reply: oneshot::channel().0 };
            queue.send(command).await.expect("there is room");
            assert_eq!(queue.depth(), expected);
        }
        let error = queue.delete(id).await.expect_err("refused");
        let Error::Full { limit, max, retry_after } = error else { panic!("{error}") };
        assert_eq!((limit, max, retry_after, queue.depth()), ("ingest_queue_max", 2, Duration::from_millis(50), 2));
        queue.stop();
        assert!(matches!(queue.commands(), Err(Error::Stopping)));
    }

    #[test]
    fn the_capacity_is_at_least_a_bar_and_at_most_what_a_semaphore_counts() {
        let of = |ingest_queue_rows_max| rows_max(&Limits { ingest_queue_rows_max, ..Limits::default() });
        assert_eq!([0, 1, 1000, usize::MAX].map(of), [1, 1, 1000, (1 << 29) - 1]);
        assert!(of(usize::MAX) <= Semaphore::MAX_PERMITS);
    }

    #[tokio::test]
    async fn streams_leave_a_part_of_the_capacity_to_calls() {
        let (sender, _commands) = mpsc::channel(100);
        let limits = Limits { ingest_queue_rows_max: 100, ..Limits::default() };
        let (depth, thread) = (Arc::default(), Thread::spawn("none", || ()));
        let queue = WriteQueue::new(sender, depth, Arc::new(limits), thread);
        let id: SeriesId = SeriesId::parse("S", "1m").expect("valid");
        for _ in 0..3 {
            drop(queue.ingest_waiting(id.clone(), bars(0..25, 0)).await.expect("queued"));
        }
        // A fourth waits, and a call does not wait behind it.
        let mut fourth = Box::pin(queue.ingest_waiting(id, bars(0..25, 0)));
        assert!(futures_util::poll!(&mut fourth).is_pending());
        drop(queue.claim(25).expect("a quarter"));
        assert!(queue.claim(26).is_err());
        assert!(futures_util::poll!(&mut fourth).is_pending());
    }
}

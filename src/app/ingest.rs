//! Taking bars in, and deleting series: jobs for the keeper.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::oneshot;

use super::keeper::Job;
use super::{App, Error};
use crate::series::{Bars, SeriesId};

/// What became of the bars of one batch, which are durable now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Receipt {
    /// Bars that are new.
    pub accepted: u64,
    /// Bars that took the place of different ones at the same time.
    pub replaced: u64,
    /// Bars that were there already.
    pub ignored: u64,
    /// The epoch of the series after the batch.
    pub epoch: u64,
}

impl App {
    /// Stores a batch, whole or not at all, and answers once it is durable. A full queue is an error at once.
    pub async fn ingest(&self, id: SeriesId, bars: Bars) -> Result<Receipt, Error> {
        self.rows_fit(&bars)?;
        let (reply, receipt) = oneshot::channel();
        self.try_send(Job::Ingest { id, bars, reply })?;
        answered(receipt).await
    }

    /// As `ingest`, but waits for room in the queue. The receipt is awaited apart, so that several batches of one
    /// sender can be under way, in order.
    pub async fn ingest_held(
        &self,
        id: SeriesId,
        bars: Bars,
    ) -> Result<impl Future<Output = Result<Receipt, Error>> + Send + 'static, Error> {
        self.rows_fit(&bars)?;
        let (reply, receipt) = oneshot::channel();
        let jobs = self.jobs.load_full().ok_or(Error::Stopping)?;
        self.depth.fetch_add(1, Relaxed);
        if jobs.send(Job::Ingest { id, bars, reply }).await.is_err() {
            self.depth.fetch_sub(1, Relaxed);
            return Err(Error::Stopping);
        }
        Ok(answered(receipt))
    }

    /// Deletes a series and tells how many bars it had.
    pub async fn delete(&self, id: SeriesId) -> Result<u64, Error> {
        let (reply, rows) = oneshot::channel();
        self.try_send(Job::Delete { id, reply })?;
        answered(rows).await
    }

    fn rows_fit(&self, bars: &Bars) -> Result<(), Error> {
        let (max, needed) = (self.limits().ingest_rows_max as u64, bars.len() as u64);
        if needed > max {
            return Err(Error::TooMuch { limit: "ingest_rows_max", max, needed, hint: Some("send smaller batches") });
        }
        Ok(())
    }

    fn try_send(&self, job: Job) -> Result<(), Error> {
        let jobs = self.jobs.load_full().ok_or(Error::Stopping)?;
        self.depth.fetch_add(1, Relaxed);
        jobs.try_send(job).map_err(|error| {
            self.depth.fetch_sub(1, Relaxed);
            match error {
                TrySendError::Closed(_) => Error::Stopping,
                TrySendError::Full(_) => {
                    let max = self.limits().ingest_queue_max as u64;
                    Error::Full { limit: "ingest_queue_max", max, retry_after: Duration::from_millis(50) }
                }
            }
        })
    }
}

async fn answered<T>(reply: oneshot::Receiver<Result<T, Arc<Error>>>) -> Result<T, Error> {
    // Without an answer the keeper died of a panic; nobody knows what became of the job.
    let answer = reply.await.map_err(|_| Error::Panicked("the keeper is gone".into()))?;
    answer.map_err(Error::from)
}

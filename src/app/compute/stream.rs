//! ComputeStream: the answer to a query in chunks, computed as the caller takes them.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use futures_util::Stream;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};
use tokio_stream::wrappers::ReceiverStream;
use tracing::Instrument;

use super::prepared::PreparedQuery;
use super::question::{Answer, Question, chunk_rows};
use super::service::Compute;
use crate::app::Error;
use crate::app::saved::service::SavePlan;
use crate::app::workers::pool::Cancellation;

/// Where the chunks of an answer go.
struct Chunks {
    sender: mpsc::Sender<Result<Answer, Error>>,
    deadline: Option<Instant>,
}

impl Chunks {
    /// Sends a chunk before the deadline; whether the receiver still listens.
    async fn send(&self, chunk: Answer) -> Result<bool, Error> {
        let sent = self.sender.send(Ok(chunk));
        let sent = match self.deadline {
            Some(deadline) => timeout_at(deadline, sent).await.map_err(|_| Error::Late)?,
            None => sent.await,
        };
        Ok(sent.is_ok())
    }
}

impl Compute {
    /// The answer to a query in chunks, computed on demand.
    pub async fn stream(
        self: &Arc<Self>,
        question: Question,
        deadline: Option<Instant>,
    ) -> Result<impl Stream<Item = Result<Answer, Error>> + Send + 'static, Error> {
        self.executor.ensure_running()?;
        let query = self.prepare(&question, deadline).await?;
        let admitted = self.executor.admit(query.cost())?;
        let save = self.saved.plan(&question, &query)?;
        let (sender, receiver) = mpsc::channel(2);
        let (compute, chunks) = (Arc::clone(self), Chunks { sender, deadline });
        let work = async move {
            let sent = match save {
                Some(save) => compute.send_saved(query, save, &chunks).await,
                None => compute.send_computed(query, &chunks).await,
            };
            // Sending an error may block for ever; release the permit first.
            drop(admitted);
            if let Err(error) = sent {
                // Fails only if the receiver is gone.
                let _ = chunks.sender.send(Err(error)).await;
            }
        };
        tokio::spawn(work.in_current_span());
        Ok(ReceiverStream::new(receiver))
    }

    async fn send_computed(&self, query: PreparedQuery, chunks: &Chunks) -> Result<(), Error> {
        self.computed.fetch_add(1, Relaxed);
        let rows = chunk_rows(query.columns(), self.limits.chunk_bytes_max);
        let (pool, cancellation) = (self.executor.pool(), Cancellation::until(chunks.deadline));
        let mut cursor = tokio::select! {
            cursor = pool.run(&cancellation, move |cancellation| query.begin(cancellation)) => cursor?,
            () = chunks.sender.closed() => return Ok(()),
        };
        loop {
            let step = pool.run(&cancellation, move |cancellation| {
                let chunk = cursor.next(rows.min(cursor.left()), cancellation)?;
                Ok((chunk, cursor))
            });
            let (chunk, rest) = tokio::select! {
                step = step => step?,
                () = chunks.sender.closed() => return Ok(()),
            };
            if !chunks.send(chunk).await? || rest.left() == 0 {
                return Ok(());
            }
            cursor = rest;
        }
    }

    /// Saves an answer before its first chunk is sent, so that the first chunk carries the key.
    async fn send_saved(&self, query: PreparedQuery, save: SavePlan, chunks: &Chunks) -> Result<(), Error> {
        let saved = async {
            let answer = self.answer(query, chunks.deadline).await?;
            self.saved.save(save, answer, chunks.deadline).await
        };
        let answer = tokio::select! {
            answer = saved => answer?,
            () = chunks.sender.closed() => return Ok(()),
        };
        for chunk in answer.chunks(self.limits.chunk_bytes_max) {
            if !chunks.send(chunk).await? {
                return Ok(());
            }
        }
        Ok(())
    }
}

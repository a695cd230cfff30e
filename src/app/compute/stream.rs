//! ComputeStream: the answer to a query in chunks, computed as the caller takes them.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use futures_util::{Stream, TryStreamExt};
use tokio::sync::mpsc;
use tokio::time::timeout_at;
use tokio_stream::wrappers::ReceiverStream;
use tracing::Instrument;

use super::prepared::PreparedQuery;
use super::question::{Answer, Question, chunk_rows};
use super::service::Compute;
use crate::app::Error;
use crate::app::saved::service::SavePlan;
use crate::app::workers::byte_budget::BytesHeld;
use crate::app::workers::call_context::CallContext;

/// Where the chunks of an answer go.
struct Chunks {
    sender: mpsc::Sender<Result<(Answer, BytesHeld), Error>>,
    context: CallContext,
}

impl Chunks {
    /// Sends a chunk before the deadline; whether the receiver still listens.
    async fn send(&self, chunk: Answer, held: BytesHeld) -> Result<bool, Error> {
        let sent = self.sender.send(Ok((chunk, held)));
        let sent = match self.context.deadline {
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
        context: impl Into<CallContext>,
    ) -> Result<impl Stream<Item = Result<Answer, Error>> + Send + 'static, Error> {
        let context = context.into();
        self.executor.ensure_running()?;
        let query = self.prepare(&question, &context).await?;
        let save = self.saved.plan(&question, &query, &context)?;
        let (sender, receiver) = mpsc::channel(1);
        let memory = Arc::clone(&context.memory);
        let (compute, chunks) = (Arc::clone(self), Chunks { sender, context });
        let work = async move {
            let sent = match save {
                Some(save) => compute.send_saved(query, save, &chunks).await,
                None => compute.send_computed(query, &chunks).await,
            };
            if let Err(error) = sent {
                // Fails only if the receiver is gone.
                let _ = chunks.sender.send(Err(error)).await;
            }
        };
        tokio::spawn(work.in_current_span());
        Ok(ReceiverStream::new(receiver).map_ok(move |(chunk, held)| {
            memory.attach(held);
            chunk
        }))
    }

    async fn send_computed(&self, query: PreparedQuery, chunks: &Chunks) -> Result<(), Error> {
        self.computed.fetch_add(1, Relaxed);
        let columns = query.columns();
        let rows = chunk_rows(columns, self.limits.chunk_bytes_max);
        let (context, compiled) = (&chunks.context, query.compiled.clone());
        // What precedes the first row is read with the first chunk.
        let (begin_cost, mut before) = (query.begin_cost(), query.cost_before());
        let mut cursor = tokio::select! {
            cursor = self.executor.run(context, begin_cost, move |cancellation| query.begin(cancellation)) => cursor?,
            () = chunks.sender.closed() => return Ok(()),
        };
        loop {
            let chunk_rows = rows.min(cursor.left());
            let held = tokio::select! {
                held = context.reserve(8 * chunk_rows * (1 + columns)) => held?,
                () = chunks.sender.closed() => return Ok(()),
            };
            let cost = std::mem::take(&mut before) + compiled.cost(chunk_rows);
            let portion = self.executor.resume_steps(context, cost, cursor.next(chunk_rows).steps());
            let (chunk, rest) = tokio::select! {
                portion = portion => portion?,
                () = chunks.sender.closed() => return Ok(()),
            };
            if !chunks.send(chunk, held).await? || rest.left() == 0 {
                return Ok(());
            }
            cursor = rest;
        }
    }

    /// Saves an answer before its first chunk is sent, so that the first chunk carries the key.
    async fn send_saved(&self, query: PreparedQuery, save: SavePlan, chunks: &Chunks) -> Result<(), Error> {
        let saved = async {
            let held = chunks.context.reserve(query.answer_bytes()).await?;
            let answer = self.answer(query, &chunks.context).await?;
            Ok((self.saved.save(save, answer, chunks.context.deadline).await?, held))
        };
        let (answer, held) = tokio::select! {
            saved = saved => { let saved: Result<_, Error> = saved; saved? }
            () = chunks.sender.closed() => return Ok(()),
        };
        chunks.context.memory.attach(held);
        for chunk in answer.chunks(self.limits.chunk_bytes_max) {
            if !chunks.send(chunk, BytesHeld::default()).await? {
                return Ok(());
            }
        }
        Ok(())
    }
}

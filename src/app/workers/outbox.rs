//! Where the parts of a streamed answer go, each with its memory.

use std::future::Future;
use std::sync::Arc;

use futures_util::{Stream, TryStreamExt};
use tokio::sync::mpsc;
use tokio::time::timeout_at;
use tokio_stream::wrappers::ReceiverStream;
use tracing::Instrument;

use super::byte_budget::BytesHeld;
use super::call_context::CallContext;
use crate::app::Error;

/// The sending end of a streamed answer.
pub(crate) struct Outbox<T> {
    sender: mpsc::Sender<Result<(T, BytesHeld), Error>>,
    context: CallContext,
}

impl<T: Send + 'static> Outbox<T> {
    /// The call that the answer is for.
    pub(crate) fn context(&self) -> &CallContext {
        &self.context
    }

    /// Sends a part of `bytes` bytes before the deadline.
    pub(crate) async fn send(&self, part: T, bytes: usize) -> Result<(), Error> {
        let held = self.context.reserve(bytes).await?;
        self.send_held(part, held).await
    }

    /// Sends a part whose memory is held already. Succeeds if nobody listens any more, as the work is then cancelled.
    pub(crate) async fn send_held(&self, part: T, held: BytesHeld) -> Result<(), Error> {
        let sent = self.sender.send(Ok((part, held)));
        match self.context.deadline {
            Some(deadline) => drop(timeout_at(deadline, sent).await.map_err(|_| Error::Late)?),
            None => drop(sent.await),
        }
        Ok(())
    }
}

/// The parts that `work` sends. The work ends with the last part, with an error, or when nobody listens any more.
pub(crate) fn streamed<T, W>(
    context: CallContext,
    work: impl FnOnce(Outbox<T>) -> W,
) -> impl Stream<Item = Result<T, Error>> + Send + 'static
where
    T: Send + 'static,
    W: Future<Output = Result<(), Error>> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(1);
    let memory = Arc::clone(&context.memory);
    let work = work(Outbox { sender: sender.clone(), context });
    let sending = async move {
        let outcome = tokio::select! {
            outcome = work => outcome,
            () = sender.closed() => return,
        };
        if let Err(error) = outcome {
            // Fails only if the receiver is gone.
            let _ = sender.send(Err(error)).await;
        }
    };
    tokio::spawn(sending.in_current_span());
    ReceiverStream::new(receiver).map_ok(move |(part, held)| {
        memory.attach(held);
        part
    })
}

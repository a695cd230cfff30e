//! ComputeStream: the answer to a query in chunks, computed as the caller takes them; and Downsample, which folds them.

pub(crate) mod downsample;

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use futures_util::Stream;

use super::prepared::PreparedQuery;
use super::question::{Answer, Question, chunk_rows};
use super::service::Compute;
use crate::app::Error;
use crate::app::saved::service::SavePlan;
use crate::app::workers::byte_budget::BytesHeld;
use crate::app::workers::call_context::CallContext;
use crate::app::workers::outbox::{Outbox, streamed};

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
        let compute = Arc::clone(self);
        Ok(streamed(context, move |outbox| async move {
            match save {
                Some(save) => compute.send_saved(query, save, &outbox).await,
                None => compute.send_computed(query, &outbox).await,
            }
        }))
    }

    async fn send_computed(&self, query: PreparedQuery, outbox: &Outbox<Answer>) -> Result<(), Error> {
        self.computed.fetch_add(1, Relaxed);
        let columns = query.columns();
        let rows = chunk_rows(columns, self.limits.chunk_bytes_max);
        let (context, compiled) = (outbox.context(), query.compiled.clone());
        // What precedes the first row is read with the first chunk.
        let (begin_cost, mut before) = (query.begin_cost(), query.cost_before());
        let mut cursor = self.executor.run(context, begin_cost, move |cancellation| query.begin(cancellation)).await?;
        loop {
            let chunk_rows = rows.min(cursor.left());
            let held = context.reserve(8 * chunk_rows * (1 + columns)).await?;
            let cost = std::mem::take(&mut before) + compiled.cost(chunk_rows);
            let (chunk, rest) = self.executor.run_steps(context, cost, cursor.next(chunk_rows).steps()).await?;
            outbox.send_held(chunk, held).await?;
            if rest.left() == 0 {
                return Ok(());
            }
            cursor = rest;
        }
    }

    /// Saves an answer before its first chunk is sent, so that the first chunk carries the key.
    async fn send_saved(&self, query: PreparedQuery, save: SavePlan, outbox: &Outbox<Answer>) -> Result<(), Error> {
        let context = outbox.context();
        let held = context.reserve(query.answer_bytes()).await?;
        let answer = self.answer(query, context).await?;
        let answer = self.saved.save(save, answer, context.deadline).await?;
        context.memory.attach(held);
        for chunk in answer.chunks(self.limits.chunk_bytes_max) {
            outbox.send_held(chunk, BytesHeld::default()).await?;
        }
        Ok(())
    }
}

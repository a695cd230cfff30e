//! ComputeBatch: the answers of many series to the same expressions, sent as they finish.

use std::pin::pin;
use std::sync::Arc;

use futures_util::{FutureExt, Stream, StreamExt, stream};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

use super::prepared::PreparedQuery;
use super::question::{Answer, BarsRequest, Questions};
use super::service::Compute;
use crate::app::Error;
use crate::app::bars::resample::Inputs;
use crate::app::workers::byte_budget::BytesHeld;
use crate::app::workers::call_context::CallContext;
use crate::series::SeriesId;

/// One series of a batch: a query, or the pending resampling of its bars.
enum Part {
    Prepared(PreparedQuery),
    Pending(Inputs),
}

/// An answer and its memory.
type HeldAnswer = (Answer, BytesHeld);

impl Compute {
    /// The answers of many series to one query, each with its index, in order of completion.
    pub fn batch(
        self: &Arc<Self>,
        questions: Questions,
        context: impl Into<CallContext>,
    ) -> Result<impl Stream<Item = (usize, Result<Answer, Error>)> + Send + 'static, Error> {
        self.executor.ensure_running()?;
        let Questions { series, resampling, span, compiled, adjust } = questions;
        let (max, given) = (self.limits.batch_series_max, series.len());
        if given == 0 || given > max {
            let expected = format!("between 1 and {max} series");
            return Err(Error::Field { field: "series", expected, given: given.to_string() });
        }
        let request = BarsRequest { compiled, resampling, span, adjust, since: None, context: context.into() };
        let parts: Vec<_> = series.iter().map(|id| self.part(id, &request)).collect();
        let (sender, receiver) = mpsc::channel(1);
        let memory = Arc::clone(&request.context.memory);
        tokio::spawn(Arc::clone(self).send_answers(parts, request, sender).in_current_span());
        Ok(ReceiverStream::new(receiver).map(move |(index, answer)| {
            let handed_on = |(answer, held)| {
                memory.attach(held);
                answer
            };
            (index, answer.map(handed_on))
        }))
    }

    async fn send_answers(
        self: Arc<Self>,
        parts: Vec<Result<Part, Error>>,
        request: BarsRequest,
        sender: mpsc::Sender<(usize, Result<HeldAnswer, Error>)>,
    ) {
        let at_once = 2 * self.executor.threads();
        // Each answer has a task of its own: others may share it, and must not depend on how fast this stream is read.
        let answers = stream::iter(parts.into_iter().enumerate()).map(|(index, part)| {
            let (compute, request) = (Arc::clone(&self), request.clone());
            let answer = async move { compute.part_answer(part?, &request).await };
            let answer = AbortOnDropHandle::new(tokio::spawn(answer.in_current_span()));
            async move { (index, answer.await.unwrap_or_else(|error| Err(Error::Panicked(error.to_string())))) }
        });
        let mut answers = pin!(answers.buffer_unordered(at_once));
        loop {
            let answer = tokio::select! {
                answer = answers.next() => answer,
                () = sender.closed() => return,
            };
            let Some(answer) = answer else { return };
            if sender.send(answer).await.is_err() {
                return;
            }
        }
    }

    /// One series of a batch: a query immediately if no resampling is needed.
    fn part(&self, id: &SeriesId, request: &BarsRequest) -> Result<Part, Error> {
        let inputs = self.inputs(id, request)?;
        if inputs.are_pending() {
            return Ok(Part::Pending(inputs));
        }
        let query = self.prepare_inputs(inputs, request).now_or_never().expect("no resampling is pending");
        self.check_part(query?).map(Part::Prepared)
    }

    async fn part_answer(&self, part: Part, request: &BarsRequest) -> Result<HeldAnswer, Error> {
        let query = match part {
            Part::Prepared(query) => query,
            Part::Pending(inputs) => self.check_part(self.prepare_inputs(inputs, request).await?)?,
        };
        let held = request.context.reserve(query.answer_bytes()).await?;
        Ok((self.answer(query, &request.context).await?, held))
    }

    fn check_part(&self, query: PreparedQuery) -> Result<PreparedQuery, Error> {
        self.check_bytes("batch_answer_bytes_max", self.limits.batch_answer_bytes_max, &query)?;
        self.check_rows(query)
    }
}

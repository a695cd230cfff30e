//! Computing: a unary answer, a stream of chunks, or a batch over many series.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use futures_util::{FutureExt, Stream, StreamExt, stream};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

use super::answer_codec;
use super::prepared::{Asked, CompiledQuery, PreparedQuery};
use super::question::chunk_rows;
use crate::app::admission::Admitted;
use crate::app::bars::resample::Inputs;
use crate::app::bars::source::BarsSource;
use crate::app::pool::{Cancellation, panic_message};
use crate::app::saved::service::Keeping;
use crate::app::{Answer, App, BarsFrom, Error, Question, Questions};
use crate::cache::Tiers;
use crate::series::SeriesId;

/// Cheaper work runs inline: waking a pool thread takes as long. About 20 microseconds.
const ON_THE_SPOT_MAX: u64 = 20_000;
/// Cheaper answers are recomputed faster than Redis returns them. About 100 microseconds.
const SHARED_MIN: u64 = 100_000;

impl App {
    /// The whole answer to a query.
    pub async fn compute(self: &Arc<Self>, question: Question, deadline: Option<Instant>) -> Result<Answer, Error> {
        self.ensure_running()?;
        let query = self.prepare(&question, deadline).await?;
        let (max, needed) = (self.limits().answer_bytes_max as u64, query.answer_bytes() as u64);
        if needed > max {
            let hint = Some("use ComputeStream or a shorter range");
            return Err(Error::TooMuch { limit: "answer_bytes_max", max, needed, hint });
        }
        let keeping = self.keeping(&question, &query)?;
        let _admitted = self.admission.admit(query.cost(), self.limits().work_max)?;
        let answer = self.answer(query, deadline).await?;
        match keeping {
            Some(keeping) => self.keep(keeping, answer, deadline).await,
            None => Ok(answer),
        }
    }

    /// The answer to a query in chunks, computed on demand.
    pub async fn compute_stream(
        self: &Arc<Self>,
        question: Question,
        deadline: Option<Instant>,
    ) -> Result<impl Stream<Item = Result<Answer, Error>> + Send + 'static, Error> {
        self.ensure_running()?;
        let query = self.prepare(&question, deadline).await?;
        let admitted = self.admission.admit(query.cost(), self.limits().work_max)?;
        let keeping = self.keeping(&question, &query)?;
        let (sender, receiver) = mpsc::channel(2);
        let app = Arc::clone(self);
        let work = async move {
            let sent = match keeping {
                Some(keeping) => app.send_kept(query, keeping, deadline, &sender).await,
                None => app.send_chunks(query, deadline, &sender).await,
            };
            // Sending an error may block for ever; release the permit first.
            drop(admitted);
            if let Err(error) = sent {
                // Fails only if the receiver is gone.
                let _ = sender.send(Err(error)).await;
            }
        };
        tokio::spawn(work.in_current_span());
        Ok(ReceiverStream::new(receiver))
    }

    async fn send_chunks(
        &self,
        query: PreparedQuery,
        deadline: Option<Instant>,
        sender: &mpsc::Sender<Result<Answer, Error>>,
    ) -> Result<(), Error> {
        self.computed.fetch_add(1, Relaxed);
        let rows = chunk_rows(query.columns(), self.limits().chunk_bytes_max);
        let cancellation = Cancellation::until(deadline);
        let mut cursor = tokio::select! {
            cursor = self.pool.run(&cancellation, move |cancellation| query.begin(cancellation)) => cursor?,
            () = sender.closed() => return Ok(()),
        };
        loop {
            let step = self.pool.run(&cancellation, move |cancellation| {
                let chunk = cursor.next(rows.min(cursor.left()), cancellation)?;
                Ok((chunk, cursor))
            });
            let (chunk, rest) = tokio::select! {
                step = step => step?,
                () = sender.closed() => return Ok(()),
            };
            if !send(sender, chunk, deadline).await? || rest.left() == 0 {
                return Ok(());
            }
            cursor = rest;
        }
    }

    /// Stores an answer before its first chunk is sent, so that the first chunk carries the key.
    async fn send_kept(
        &self,
        query: PreparedQuery,
        keeping: Keeping,
        deadline: Option<Instant>,
        sender: &mpsc::Sender<Result<Answer, Error>>,
    ) -> Result<(), Error> {
        let saved = async {
            let answer = self.answer(query, deadline).await?;
            self.keep(keeping, answer, deadline).await
        };
        let answer = tokio::select! {
            answer = saved => answer?,
            () = sender.closed() => return Ok(()),
        };
        for chunk in answer.chunks(self.limits().chunk_bytes_max) {
            if !send(sender, chunk, deadline).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The answers of many series to one query, each with its index, in order of completion.
    pub fn compute_batch(
        self: &Arc<Self>,
        questions: Questions,
        deadline: Option<Instant>,
    ) -> Result<impl Stream<Item = (usize, Result<Answer, Error>)> + Send + 'static, Error> {
        self.ensure_running()?;
        let Questions { series, resampling, span, expressions } = questions;
        let (max, given) = (self.limits().batch_series_max, series.len());
        if given == 0 || given > max {
            let expected = format!("between 1 and {max} series");
            return Err(Error::Field { field: "series", expected, given: given.to_string() });
        }
        let asked = Asked { compiled: CompiledQuery::new(&expressions, self.limits())?, resampling, span, deadline };
        let parts: Vec<_> = series.iter().map(|id| self.part(id, &asked)).collect();
        let cost = parts.iter().flatten().map(|part| part.cost(&asked.compiled)).sum();
        let admitted = self.admission.admit(cost, self.limits().work_max)?;
        let (sender, receiver) = mpsc::channel(1);
        tokio::spawn(Arc::clone(self).send_answers(parts, asked, admitted, sender).in_current_span());
        Ok(ReceiverStream::new(receiver))
    }

    async fn send_answers(
        self: Arc<Self>,
        parts: Vec<Result<Part, Error>>,
        asked: Asked,
        admitted: Admitted,
        sender: mpsc::Sender<(usize, Result<Answer, Error>)>,
    ) {
        let deadline = asked.deadline;
        let at_once = 2 * self.pool.threads();
        // Each answer has a query of its own: others may share it, and must not depend on how fast this stream is read.
        let answers = stream::iter(parts.into_iter().enumerate()).map(|(index, part)| {
            let (app, asked) = (Arc::clone(&self), asked.clone());
            let answer = async move { app.batch_answer(part?, &asked).await };
            let answer = AbortOnDropHandle::new(tokio::spawn(answer.in_current_span()));
            async move { (index, answer.await.unwrap_or_else(|error| Err(Error::Panicked(error.to_string())))) }
        });
        let mut answers = pin!(answers.buffer_unordered(at_once));
        let mut admitted = Some(admitted);
        loop {
            let answer = tokio::select! {
                answer = answers.next() => answer,
                () = sender.closed() => return,
            };
            let Some(answer) = answer else { return };
            let room = match deadline {
                Some(deadline) => timeout_at(deadline, sender.reserve()).await.ok(),
                None => Some(sender.reserve().await),
            };
            let room = match room {
                Some(room) => room,
                // The rest report DEADLINE_EXCEEDED; release the permit.
                None => {
                    drop(admitted.take());
                    sender.reserve().await
                }
            };
            let Ok(room) = room else { return };
            room.send(answer);
        }
    }

    /// One series of a batch: a query immediately if no resampling is needed.
    fn part(&self, id: &SeriesId, asked: &Asked) -> Result<Part, Error> {
        let pending = self.pending(id, asked)?;
        if pending.cost() > 0 {
            return Ok(Part::Inputs(pending));
        }
        let query = self.prepare_resolved(pending, asked).now_or_never().expect("no resampling is pending");
        self.check_batch(query?).map(Part::PreparedQuery)
    }

    async fn batch_answer(&self, part: Part, asked: &Asked) -> Result<Answer, Error> {
        let query = match part {
            Part::PreparedQuery(query) => query,
            Part::Inputs(pending) => self.check_batch(self.prepare_resolved(pending, asked).await?)?,
        };
        self.answer(query, asked.deadline).await
    }

    pub(crate) async fn prepare(&self, question: &Question, deadline: Option<Instant>) -> Result<PreparedQuery, Error> {
        let compiled = CompiledQuery::new(&question.expressions, self.limits())?;
        let Question { resampling, span, .. } = *question;
        let query = match (&question.from, compiled.plan.series()) {
            (BarsFrom::Series(id), _) => {
                self.prepare_stored(id, &Asked { compiled, resampling, span, deadline }).await?
            }
            (BarsFrom::Bars(bars), []) => {
                PreparedQuery::new(compiled, BarsSource::Bars(Arc::clone(bars)), vec![], &span, &self.checkpoints)?
            }
            (BarsFrom::Bars(_), [symbol, ..]) => {
                let expected = "without other series if the request has bars".into();
                return Err(Error::Field { field: "expressions", expected, given: format!("a column @{symbol}") });
            }
        };
        self.check_rows(query)
    }

    /// A query over a series, after its resampling was admitted and done.
    pub(crate) async fn prepare_stored(&self, id: &SeriesId, asked: &Asked) -> Result<PreparedQuery, Error> {
        let pending = self.pending(id, asked)?;
        let cost = pending.cost();
        let admit = || self.admission.admit(cost, self.limits().work_max);
        let _admitted = (cost > 0).then(admit).transpose()?;
        self.prepare_resolved(pending, asked).await
    }

    async fn prepare_resolved(&self, pending: Inputs, asked: &Asked) -> Result<PreparedQuery, Error> {
        let (source, joined) = self.made(pending, &Cancellation::until(asked.deadline)).await?;
        PreparedQuery::new(asked.compiled.clone(), source, joined, &asked.span, &self.checkpoints)
    }

    fn check_rows(&self, query: PreparedQuery) -> Result<PreparedQuery, Error> {
        let (max, needed) = (self.limits().answer_rows_max as u64, query.rows.len() as u64);
        if needed > max {
            return Err(Error::TooMuch { limit: "answer_rows_max", max, needed, hint: Some("use a shorter range") });
        }
        Ok(query)
    }

    fn check_batch(&self, query: PreparedQuery) -> Result<PreparedQuery, Error> {
        let (max, needed) = (self.limits().batch_answer_bytes_max as u64, query.answer_bytes() as u64);
        if needed > max {
            let hint = Some("use ComputeStream or a shorter range");
            return Err(Error::TooMuch { limit: "batch_answer_bytes_max", max, needed, hint });
        }
        self.check_rows(query)
    }

    /// The answer to a query, from the cache if that is faster.
    async fn answer(&self, query: PreparedQuery, deadline: Option<Instant>) -> Result<Answer, Error> {
        let Some(key) = self.key(&query) else { return self.make(query, deadline).await };
        // A follower may have an earlier deadline than the leader.
        let answer = self.shared_answer(&key, query, deadline);
        match deadline {
            Some(deadline) => timeout_at(deadline, answer).await.unwrap_or(Err(Error::Late)),
            None => answer.await,
        }
    }

    /// The cache key of an answer worth caching: everything it depends on.
    fn key(&self, query: &PreparedQuery) -> Option<String> {
        let worth_keeping = query.cost() > ON_THE_SPOT_MAX && query.answer_bytes() <= self.limits().answer_bytes_max;
        let bars = if worth_keeping { query.bars()? } else { return None };
        let (start, end, canonical) = (query.rows.start, query.rows.end, &query.compiled.canonical);
        Some(format!("atrad:answer:{bars}:{start}-{end}:{canonical}"))
    }

    async fn shared_answer(&self, key: &str, query: PreparedQuery, deadline: Option<Instant>) -> Result<Answer, Error> {
        let tiers = if query.cost() < SHARED_MIN { Tiers::Memory } else { Tiers::All };
        loop {
            let make = async { self.make(query.clone(), deadline).await.map(|answer| answer_codec::pack(&answer)) };
            match self.cache.get_or_make(key, tiers, make).await {
                Ok(cached) => match answer_codec::unpack(&cached).filter(|answer| query.matches(answer)) {
                    Some(answer) => return Ok(answer),
                    // The key matches but the value does not: written by another version. Recompute.
                    None => return self.make(query, deadline).await,
                },
                // The leader had an earlier deadline than this caller.
                Err(error) if matches!(*error, Error::Late) && Cancellation::until(deadline).is_active() => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn make(&self, query: PreparedQuery, deadline: Option<Instant>) -> Result<Answer, Error> {
        self.computed.fetch_add(1, Relaxed);
        self.run(query.cost(), &Cancellation::until(deadline), move |cancellation| query.answer(cancellation)).await
    }

    /// Runs work of some cost: inline if cheap, otherwise on the pool.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        cost: u64,
        cancellation: &Cancellation,
        work: impl FnOnce(&Cancellation) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        if cost > ON_THE_SPOT_MAX {
            return self.pool.run(cancellation, work).await;
        }
        let done = catch_unwind(AssertUnwindSafe(|| work(cancellation)));
        done.unwrap_or_else(|panic| Err(Error::Panicked(panic_message(&*panic))))
    }
}

/// Sends a chunk before the deadline; whether the receiver still listens.
async fn send(
    sender: &mpsc::Sender<Result<Answer, Error>>,
    chunk: Answer,
    deadline: Option<Instant>,
) -> Result<bool, Error> {
    let room = sender.send(Ok(chunk));
    let sent = match deadline {
        Some(deadline) => timeout_at(deadline, room).await.map_err(|_| Error::Late)?,
        None => room.await,
    };
    Ok(sent.is_ok())
}

/// One series of a batch: a query, or the pending resampling of its bars.
enum Part {
    PreparedQuery(PreparedQuery),
    Inputs(Inputs),
}

impl Part {
    /// The maximum cost, in bars times kernels.
    fn cost(&self, compiled: &CompiledQuery) -> u64 {
        match self {
            Self::PreparedQuery(query) => query.cost(),
            Self::Inputs(pending) => pending.cost_max(compiled),
        }
    }
}

//! Computing: one answer, a stream of chunks, or the answers of many series.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use futures_util::{Stream, StreamExt, stream};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

use super::admission::Admitted;
use super::held::Held;
use super::pool::{Wanted, told};
use super::question::chunk_rows;
use super::task::{Shape, Task};
use super::{Answer, App, Error, From, Question, packed};
use crate::cache::Tiers;
use crate::indicator::Expression;
use crate::series::{SeriesId, Source, Span};

/// Work that costs less is done on the spot: waking a thread of the pool takes as long. About 20 microseconds.
const ON_THE_SPOT_MAX: u64 = 20_000;
/// Answers that cost less are made again sooner than Redis gives them. About 100 microseconds.
const SHARED_MIN: u64 = 100_000;

impl App {
    /// The answer to a question, in one piece.
    pub async fn compute(self: &Arc<Self>, question: Question, deadline: Option<Instant>) -> Result<Answer, Error> {
        self.awake()?;
        let task = self.task(&question)?;
        let (max, needed) = (self.limits().answer_bytes_max as u64, task.answer_bytes() as u64);
        if needed > max {
            let hint = Some("use ComputeStream or a shorter range");
            return Err(Error::TooMuch { limit: "answer_bytes_max", max, needed, hint });
        }
        let _admitted = self.admission.admit(task.cost(), self.limits().work_max)?;
        self.answer(task, deadline).await
    }

    /// The answer to a question in chunks, computed as they are taken.
    pub async fn compute_stream(
        self: &Arc<Self>,
        question: Question,
        deadline: Option<Instant>,
    ) -> Result<impl Stream<Item = Result<Answer, Error>> + Send + 'static, Error> {
        self.awake()?;
        let task = self.task(&question)?;
        let admitted = self.admission.admit(task.cost(), self.limits().work_max)?;
        let rows = chunk_rows(task.columns(), self.limits().chunk_bytes_max);
        let (sender, receiver) = mpsc::channel(2);
        let app = Arc::clone(self);
        let work = async move {
            let sent = app.send_chunks(task, rows, deadline, &sender).await;
            // Telling of an error may take for ever, and is no work.
            drop(admitted);
            if let Err(error) = sent {
                // Nobody is there to be told when the receiver has left.
                let _ = sender.send(Err(error)).await;
            }
        };
        tokio::spawn(work.in_current_span());
        Ok(ReceiverStream::new(receiver))
    }

    async fn send_chunks(
        &self,
        task: Task,
        rows: usize,
        deadline: Option<Instant>,
        sender: &mpsc::Sender<Result<Answer, Error>>,
    ) -> Result<(), Error> {
        self.computed.fetch_add(1, Relaxed);
        let wanted = Wanted::until(deadline);
        let mut answering = tokio::select! {
            answering = self.pool.run(&wanted, move |wanted| task.begin(wanted)) => answering?,
            () = sender.closed() => return Ok(()),
        };
        loop {
            let step = self.pool.run(&wanted, move |wanted| {
                let chunk = answering.next(rows.min(answering.left()), wanted)?;
                Ok((chunk, answering))
            });
            let (chunk, rest) = tokio::select! {
                step = step => step?,
                () = sender.closed() => return Ok(()),
            };
            let room = sender.send(Ok(chunk));
            let sent = match deadline {
                Some(deadline) => timeout_at(deadline, room).await.map_err(|_| Error::Late)?,
                None => room.await,
            };
            if sent.is_err() || rest.left() == 0 {
                return Ok(());
            }
            answering = rest;
        }
    }

    /// The answers of many series to the same question, each with its place, as they finish.
    pub fn compute_batch(
        self: &Arc<Self>,
        series: Vec<SeriesId>,
        span: Span,
        expressions: Arc<[Expression]>,
        deadline: Option<Instant>,
    ) -> Result<impl Stream<Item = (usize, Result<Answer, Error>)> + Send + 'static, Error> {
        self.awake()?;
        let (max, given) = (self.limits().batch_series_max, series.len());
        if given == 0 || given > max {
            let expected = format!("between 1 and {max} series");
            return Err(Error::Field { field: "series", expected, given: given.to_string() });
        }
        let shape = Shape::new(&expressions, self.limits())?;
        let task = |id: &SeriesId| self.batch_allowed(self.kept_task(id, shape.clone(), &span)?);
        let tasks: Vec<_> = series.iter().map(task).collect();
        let cost = tasks.iter().flatten().map(Task::cost).sum();
        let admitted = self.admission.admit(cost, self.limits().work_max)?;
        let (sender, receiver) = mpsc::channel(1);
        tokio::spawn(Arc::clone(self).send_answers(tasks, deadline, admitted, sender).in_current_span());
        Ok(ReceiverStream::new(receiver))
    }

    async fn send_answers(
        self: Arc<Self>,
        tasks: Vec<Result<Task, Error>>,
        deadline: Option<Instant>,
        admitted: Admitted,
        sender: mpsc::Sender<(usize, Result<Answer, Error>)>,
    ) {
        let at_once = 2 * self.pool.threads();
        // Each answer is made by a task of its own: others may wait for the same one, and shall not depend on how fast
        // this stream is read.
        let answers = stream::iter(tasks.into_iter().enumerate()).map(|(index, task)| {
            let app = Arc::clone(&self);
            let answer = async move { app.answer(task?, deadline).await };
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
                // From here on each answer is that it is late, which is no work.
                None => {
                    drop(admitted.take());
                    sender.reserve().await
                }
            };
            let Ok(room) = room else { return };
            room.send(answer);
        }
    }

    pub(super) fn task(&self, question: &Question) -> Result<Task, Error> {
        let shape = Shape::new(&question.expressions, self.limits())?;
        let task = match (&question.from, shape.plan.series()) {
            (From::Series(id), _) => self.kept_task(id, shape, &question.span)?,
            (From::Bars(bars), []) => {
                Task::new(shape, Held::Bars(Arc::clone(bars)), vec![], &question.span, &self.checkpoints)?
            }
            (From::Bars(_), [symbol, ..]) => {
                let expected = "of the bars alone where bars are sent along".into();
                return Err(Error::Field { field: "expressions", expected, given: format!("a column @{symbol}") });
            }
        };
        self.rows_allowed(task)
    }

    pub(super) fn kept_task(&self, id: &SeriesId, shape: Shape, span: &Span) -> Result<Task, Error> {
        let view = self.kept(id)?.load_full();
        let joined = self.joined(&shape, id, &view)?;
        Task::new(shape, Held::View(view), joined, span, &self.checkpoints)
    }

    fn rows_allowed(&self, task: Task) -> Result<Task, Error> {
        let (max, needed) = (self.limits().answer_rows_max as u64, task.rows.len() as u64);
        if needed > max {
            return Err(Error::TooMuch { limit: "answer_rows_max", max, needed, hint: Some("use a shorter range") });
        }
        Ok(task)
    }

    fn batch_allowed(&self, task: Task) -> Result<Task, Error> {
        let (max, needed) = (self.limits().batch_answer_bytes_max as u64, task.answer_bytes() as u64);
        if needed > max {
            let hint = Some("use ComputeStream or a shorter range");
            return Err(Error::TooMuch { limit: "batch_answer_bytes_max", max, needed, hint });
        }
        self.rows_allowed(task)
    }

    /// The answer of a task, from the cache where that is quicker.
    async fn answer(&self, task: Task, deadline: Option<Instant>) -> Result<Answer, Error> {
        let Some(key) = self.key(&task) else { return self.make(task, deadline).await };
        // Who waits for another to make it may have less time than the other.
        let answer = self.shared_answer(&key, task, deadline);
        match deadline {
            Some(deadline) => timeout_at(deadline, answer).await.unwrap_or(Err(Error::Late)),
            None => answer.await,
        }
    }

    /// The key of an answer that is worth keeping: all that it depends on, and the rows of every series, which tell
    /// whether price files were missing.
    fn key(&self, task: &Task) -> Option<String> {
        let Held::View(view) = &*task.held else { return None };
        let worth_keeping = task.cost() > ON_THE_SPOT_MAX && task.answer_bytes() <= self.limits().answer_bytes_max;
        worth_keeping.then(|| {
            let (series, epoch, all) = (view.series, view.epoch, view.rows());
            let (start, end, canonical) = (task.rows.start, task.rows.end, &task.shape.canonical);
            let joined: String = task.joined.iter().map(|joined| joined.key() + ":").collect();
            format!("atrad:answer:{}:{series}:{epoch}:{all}:{joined}{start}-{end}:{canonical}", self.identity)
        })
    }

    async fn shared_answer(&self, key: &str, task: Task, deadline: Option<Instant>) -> Result<Answer, Error> {
        let tiers = if task.cost() < SHARED_MIN { Tiers::Memory } else { Tiers::All };
        loop {
            let make = async { self.make(task.clone(), deadline).await.map(|answer| packed::pack(&answer)) };
            match self.cache.get_or_make(key, tiers, make).await {
                Ok(kept) => match packed::unpack(&kept).filter(|answer| task.fits(answer)) {
                    Some(answer) => return Ok(answer),
                    // The key is right, so the value was made by another version: it is made anew.
                    None => return self.make(task, deadline).await,
                },
                // Who made it for all had less time than we have.
                Err(error) if matches!(*error, Error::Late) && Wanted::until(deadline).still() => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn make(&self, task: Task, deadline: Option<Instant>) -> Result<Answer, Error> {
        self.computed.fetch_add(1, Relaxed);
        let wanted = Wanted::until(deadline);
        if task.cost() <= ON_THE_SPOT_MAX {
            let answer = catch_unwind(AssertUnwindSafe(|| task.answer(&wanted)));
            return answer.unwrap_or_else(|panic| Err(Error::Panicked(told(&*panic))));
        }
        self.pool.run(&wanted, move |wanted| task.answer(wanted)).await
    }
}

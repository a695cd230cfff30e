//! Computing: one answer, a stream of chunks, or the answers of many series.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use futures_util::{Stream, StreamExt, stream};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_stream::wrappers::ReceiverStream;

use super::held::Held;
use super::pool::Wanted;
use super::question::chunk_rows;
use super::task::{Shape, Task};
use super::{Answer, App, Error, From, Question, packed};
use crate::indicator::Expression;
use crate::series::{SeriesId, Span};

/// Work that costs less is done on the spot: waking a thread of the pool takes as long. About 20 microseconds.
const ON_THE_SPOT_MAX: u64 = 20_000;
/// Answers that cost less are made again sooner than they are fetched. About 100 microseconds.
const CACHED_MIN: u64 = 100_000;

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
        self.answer(&question.from, task, deadline).await
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
        tokio::spawn(async move {
            let _admitted = admitted;
            let sent = app.send_chunks(task, rows, deadline, &sender).await;
            if let Err(error) = sent {
                // Nobody is there to be told when the receiver has left.
                let _ = sender.send(Err(error)).await;
            }
        });
        Ok(ReceiverStream::new(receiver))
    }

    async fn send_chunks(
        &self,
        task: Task,
        rows: usize,
        deadline: Option<Instant>,
        sender: &mpsc::Sender<Result<Answer, Error>>,
    ) -> Result<(), Error> {
        let wanted = Wanted::until(deadline);
        let mut answering = self.pool.run(&wanted, move |_| task.begin()).await?;
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
                Some(deadline) => tokio::time::timeout_at(deadline, room).await.map_err(|_| Error::Late)?,
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
        let task = |id: &SeriesId| self.rows_allowed(Task::new(shape.clone(), self.held(id)?, &span)?);
        let tasks: Vec<_> = series.iter().map(task).collect();
        let cost = tasks.iter().flatten().map(Task::cost).sum();
        let admitted = self.admission.admit(cost, self.limits().work_max)?;
        let app = Arc::clone(self);
        let at_once = 2 * self.pool.threads();
        let answers = stream::iter(series.into_iter().zip(tasks).enumerate()).map(move |(index, (id, task))| {
            let app = Arc::clone(&app);
            async move {
                match task {
                    Ok(task) => (index, app.answer(&From::Series(id), task, deadline).await),
                    Err(error) => (index, Err(error)),
                }
            }
        });
        Ok(answers.buffer_unordered(at_once).inspect(move |_| {
            // The work counts as in flight for as long as the stream lives.
            let _ = &admitted;
        }))
    }

    fn task(&self, question: &Question) -> Result<Task, Error> {
        let held = match &question.from {
            From::Series(id) => self.held(id)?,
            From::Bars(bars) => Held::Bars(Arc::clone(bars)),
        };
        let shape = Shape::new(&question.expressions, self.limits())?;
        self.rows_allowed(Task::new(shape, held, &question.span)?)
    }

    fn rows_allowed(&self, task: Task) -> Result<Task, Error> {
        let (max, needed) = (self.limits().answer_rows_max as u64, task.rows.len() as u64);
        if needed > max {
            return Err(Error::TooMuch { limit: "answer_rows_max", max, needed, hint: Some("use a shorter range") });
        }
        Ok(task)
    }

    fn held(&self, id: &SeriesId) -> Result<Held, Error> {
        Ok(Held::View(self.kept(id)?.view.load_full()))
    }

    /// The answer of a task, from the cache where that is quicker.
    async fn answer(&self, from: &From, task: Task, deadline: Option<Instant>) -> Result<Answer, Error> {
        let worth_keeping = task.cost() >= CACHED_MIN && task.answer_bytes() <= self.limits().answer_bytes_max;
        let From::Series(id) = from else { return self.make(task, deadline).await };
        if !worth_keeping {
            return self.make(task, deadline).await;
        }
        let number = self.kept(id)?.number;
        let (rows, epoch) = (&task.rows, task.held.epoch());
        let key = format!(
            "atrad:answer:{}:{number}:{epoch}:{}-{}:{}",
            self.identity, rows.start, rows.end, task.shape.canonical
        );
        loop {
            let make = async { self.make(task.clone(), deadline).await.map(|answer| packed::pack(&answer)) };
            match self.cache.get_or_make(&key, make).await {
                Ok(kept) => match packed::unpack(&kept) {
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
            return answer.unwrap_or_else(|_| Err(Error::Panicked("on the spot".into())));
        }
        self.pool.run(&wanted, move |wanted| task.answer(wanted)).await
    }
}

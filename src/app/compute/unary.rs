//! Computing: one answer, a stream of chunks, or the answers of many series.

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
use super::prepared::{Asked, Shape, Task};
use super::question::chunk_rows;
use crate::app::admission::Admitted;
use crate::app::bars::resample::Pending;
use crate::app::bars::source::Held;
use crate::app::pool::{Wanted, told};
use crate::app::saved::service::Keeping;
use crate::app::{Answer, App, Error, From, Question, Questions};
use crate::cache::Tiers;
use crate::series::SeriesId;

/// Work that costs less is done on the spot: waking a thread of the pool takes as long. About 20 microseconds.
const ON_THE_SPOT_MAX: u64 = 20_000;
/// Answers that cost less are made again sooner than Redis gives them. About 100 microseconds.
const SHARED_MIN: u64 = 100_000;

impl App {
    /// The answer to a question, in one piece.
    pub async fn compute(self: &Arc<Self>, question: Question, deadline: Option<Instant>) -> Result<Answer, Error> {
        self.awake()?;
        let task = self.task(&question, deadline).await?;
        let (max, needed) = (self.limits().answer_bytes_max as u64, task.answer_bytes() as u64);
        if needed > max {
            let hint = Some("use ComputeStream or a shorter range");
            return Err(Error::TooMuch { limit: "answer_bytes_max", max, needed, hint });
        }
        let keeping = self.keeping(&question, &task)?;
        let _admitted = self.admission.admit(task.cost(), self.limits().work_max)?;
        let answer = self.answer(task, deadline).await?;
        match keeping {
            Some(keeping) => self.keep(keeping, answer, deadline).await,
            None => Ok(answer),
        }
    }

    /// The answer to a question in chunks, computed as they are taken.
    pub async fn compute_stream(
        self: &Arc<Self>,
        question: Question,
        deadline: Option<Instant>,
    ) -> Result<impl Stream<Item = Result<Answer, Error>> + Send + 'static, Error> {
        self.awake()?;
        let task = self.task(&question, deadline).await?;
        let admitted = self.admission.admit(task.cost(), self.limits().work_max)?;
        let keeping = self.keeping(&question, &task)?;
        let (sender, receiver) = mpsc::channel(2);
        let app = Arc::clone(self);
        let work = async move {
            let sent = match keeping {
                Some(keeping) => app.send_kept(task, keeping, deadline, &sender).await,
                None => app.send_chunks(task, deadline, &sender).await,
            };
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
        deadline: Option<Instant>,
        sender: &mpsc::Sender<Result<Answer, Error>>,
    ) -> Result<(), Error> {
        self.computed.fetch_add(1, Relaxed);
        let rows = chunk_rows(task.columns(), self.limits().chunk_bytes_max);
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
            if !send(sender, chunk, deadline).await? || rest.left() == 0 {
                return Ok(());
            }
            answering = rest;
        }
    }

    /// Keeps an answer before the first chunk of it is sent, so that the first tells the key.
    async fn send_kept(
        &self,
        task: Task,
        keeping: Keeping,
        deadline: Option<Instant>,
        sender: &mpsc::Sender<Result<Answer, Error>>,
    ) -> Result<(), Error> {
        let kept = async {
            let answer = self.answer(task, deadline).await?;
            self.keep(keeping, answer, deadline).await
        };
        let answer = tokio::select! {
            answer = kept => answer?,
            () = sender.closed() => return Ok(()),
        };
        for chunk in answer.chunks(self.limits().chunk_bytes_max) {
            if !send(sender, chunk, deadline).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The answers of many series to the same question, each with its place, as they finish.
    pub fn compute_batch(
        self: &Arc<Self>,
        questions: Questions,
        deadline: Option<Instant>,
    ) -> Result<impl Stream<Item = (usize, Result<Answer, Error>)> + Send + 'static, Error> {
        self.awake()?;
        let Questions { series, framing, span, expressions } = questions;
        let (max, given) = (self.limits().batch_series_max, series.len());
        if given == 0 || given > max {
            let expected = format!("between 1 and {max} series");
            return Err(Error::Field { field: "series", expected, given: given.to_string() });
        }
        let asked = Asked { shape: Shape::new(&expressions, self.limits())?, framing, span, deadline };
        let parts: Vec<_> = series.iter().map(|id| self.part(id, &asked)).collect();
        let cost = parts.iter().flatten().map(|part| part.cost(&asked.shape)).sum();
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
        // Each answer is made by a task of its own: others may wait for the same one, and shall not depend on how fast
        // this stream is read.
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

    /// One series of a batch: a task at once where nothing is to be made first.
    fn part(&self, id: &SeriesId, asked: &Asked) -> Result<Part, Error> {
        let pending = self.pending(id, asked)?;
        if pending.cost() > 0 {
            return Ok(Part::Pending(pending));
        }
        let task = self.made_task(pending, asked).now_or_never().expect("nothing is to be made");
        self.batch_allowed(task?).map(Part::Task)
    }

    async fn batch_answer(&self, part: Part, asked: &Asked) -> Result<Answer, Error> {
        let task = match part {
            Part::Task(task) => task,
            Part::Pending(pending) => self.batch_allowed(self.made_task(pending, asked).await?)?,
        };
        self.answer(task, asked.deadline).await
    }

    pub(crate) async fn task(&self, question: &Question, deadline: Option<Instant>) -> Result<Task, Error> {
        let shape = Shape::new(&question.expressions, self.limits())?;
        let Question { framing, span, .. } = *question;
        let task = match (&question.from, shape.plan.series()) {
            (From::Series(id), _) => self.kept_task(id, &Asked { shape, framing, span, deadline }).await?,
            (From::Bars(bars), []) => Task::new(shape, Held::Bars(Arc::clone(bars)), vec![], &span, &self.checkpoints)?,
            (From::Bars(_), [symbol, ..]) => {
                let expected = "without other series if the request has bars".into();
                return Err(Error::Field { field: "expressions", expected, given: format!("a column @{symbol}") });
            }
        };
        self.rows_allowed(task)
    }

    /// A task over a series, once work of the cost of its bars was taken on and done.
    pub(crate) async fn kept_task(&self, id: &SeriesId, asked: &Asked) -> Result<Task, Error> {
        let pending = self.pending(id, asked)?;
        let cost = pending.cost();
        let admit = || self.admission.admit(cost, self.limits().work_max);
        let _admitted = (cost > 0).then(admit).transpose()?;
        self.made_task(pending, asked).await
    }

    async fn made_task(&self, pending: Pending, asked: &Asked) -> Result<Task, Error> {
        let (held, joined) = self.made(pending, &Wanted::until(asked.deadline)).await?;
        Task::new(asked.shape.clone(), held, joined, &asked.span, &self.checkpoints)
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

    /// The key of an answer that is worth keeping: all that it depends on.
    fn key(&self, task: &Task) -> Option<String> {
        let worth_keeping = task.cost() > ON_THE_SPOT_MAX && task.answer_bytes() <= self.limits().answer_bytes_max;
        let bars = if worth_keeping { task.bars()? } else { return None };
        let (start, end, canonical) = (task.rows.start, task.rows.end, &task.shape.canonical);
        Some(format!("atrad:answer:{bars}:{start}-{end}:{canonical}"))
    }

    async fn shared_answer(&self, key: &str, task: Task, deadline: Option<Instant>) -> Result<Answer, Error> {
        let tiers = if task.cost() < SHARED_MIN { Tiers::Memory } else { Tiers::All };
        loop {
            let make = async { self.make(task.clone(), deadline).await.map(|answer| answer_codec::pack(&answer)) };
            match self.cache.get_or_make(key, tiers, make).await {
                Ok(kept) => match answer_codec::unpack(&kept).filter(|answer| task.fits(answer)) {
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
        self.run(task.cost(), &Wanted::until(deadline), move |wanted| task.answer(wanted)).await
    }

    /// Does work of some cost: here when it is little, or else on the pool.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        cost: u64,
        wanted: &Wanted,
        work: impl FnOnce(&Wanted) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        if cost > ON_THE_SPOT_MAX {
            return self.pool.run(wanted, work).await;
        }
        let done = catch_unwind(AssertUnwindSafe(|| work(wanted)));
        done.unwrap_or_else(|panic| Err(Error::Panicked(told(&*panic))))
    }
}

/// Sends a chunk in time, and tells whether somebody is there to take it.
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

/// One series of a batch: a task, or what makes its bars.
enum Part {
    Task(Task),
    Pending(Pending),
}

impl Part {
    /// What it costs at most, in bars times kernels.
    fn cost(&self, shape: &Shape) -> u64 {
        match self {
            Self::Task(task) => task.cost(),
            Self::Pending(pending) => pending.cost_max(shape),
        }
    }
}

//! The road of work to the CPU.
//!
//! By its estimated cost, work runs inline on the I/O thread, in the quick lane or in the compute lane. Each lane has as
//! many threads as there are cores, and the system shares these between the lanes: short work never waits behind long
//! work, only beside it. In the compute lane, work is done in steps of a few milliseconds, so that work which came later and
//! is shorter, or of a caller that had less, waits for a step only.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::call_context::CallContext;
use super::cancellation::Cancellation;
use super::lane::{Cost, Lane, Step, Work};
use crate::app::{Error, Limits};

/// Work up to this cost, in nanoseconds, runs inline: waking a thread takes as long.
pub(crate) const INLINE_COST_MAX: u64 = 20_000;

/// Work up to this cost, in nanoseconds, runs in the quick lane.
const QUICK_COST_MAX: u64 = 2_000_000;

/// The cost of a step, in nanoseconds: much longer than it takes to change over, and short for all others.
pub(crate) const STEP_COST: u64 = 5_000_000;

/// How far work has come after a step.
#[derive(Debug)]
pub(crate) enum Progress<T> {
    /// It goes on; this is the estimated cost of the rest, in nanoseconds.
    More(u64),
    /// It is done.
    Done(T),
}

/// Runs work of known cost.
pub(crate) struct Executor {
    compute: Lane,
    quick: Lane,
    /// For the parts of one piece of work; whose thread waits for them.
    parallel: rayon::ThreadPool,
    stopping: AtomicBool,
}

impl Executor {
    /// An executor with `threads` threads per lane; 0 means one per core.
    pub(crate) fn new(threads: usize, limits: &Limits) -> Self {
        let builder = rayon::ThreadPoolBuilder::new().num_threads(threads).thread_name(|i| format!("parallel-{i}"));
        let parallel = builder.build().expect("the system can start a few threads");
        let (threads, waiting_max) = (parallel.current_num_threads(), limits.queued_work_max_ms * 1_000_000);
        let lane = |name| Lane::new(name, threads, waiting_max);
        Self { compute: lane("compute"), quick: lane("quick"), parallel, stopping: AtomicBool::new(false) }
    }

    /// Refuses new work from now on.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Relaxed);
    }

    /// An error if the server is stopping.
    pub(crate) fn ensure_running(&self) -> Result<(), Error> {
        if self.stopping.load(Relaxed) { Err(Error::Stopping) } else { Ok(()) }
    }

    /// Runs computations of an estimated cost in nanoseconds. The first of a call are refused if its deadline would be over before
    /// they are done, or if too much waits; the rest never is, so that no answer ends in the middle for want of time.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        context: &CallContext,
        cost: u64,
        work: impl FnOnce(&Cancellation) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        if cost <= INLINE_COST_MAX {
            return guarded(|| work(&Cancellation::until(context.deadline)));
        }
        wait(self.lane(cost), context, whole(cost), once(work)).await
    }

    /// As `run`, in steps.
    pub(crate) async fn run_steps<T: Send + 'static>(
        &self,
        context: &CallContext,
        cost: u64,
        step: impl FnMut(&Cancellation) -> Result<Progress<T>, Error> + Send + 'static,
    ) -> Result<T, Error> {
        wait(self.lane(cost), context, Cost { all: cost, step: STEP_COST }, step).await
    }

    /// Whether work of this cost, in nanoseconds of one thread, would be admitted now. Work that is done in many parts is
    /// admitted as a whole by this, and then [begins](CallContext::begin).
    pub(crate) fn admit(&self, context: &CallContext, cost: u64) -> Result<(), Error> {
        self.lane(cost).check(context, cost)
    }

    fn lane(&self, cost: u64) -> &Lane {
        if cost <= QUICK_COST_MAX { &self.quick } else { &self.compute }
    }

    /// Runs short work that may touch the disk, in the quick lane.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        context: &CallContext,
        cost: u64,
        work: impl FnOnce(&Cancellation) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        wait(&self.quick, context, whole(cost), once(work)).await
    }

    /// Runs computations that use all threads, in `parallel`.
    pub(crate) async fn run_parallel<T: Send + 'static>(
        self: &std::sync::Arc<Self>,
        context: &CallContext,
        cost: u64,
        work: impl FnOnce(&Cancellation) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let executor = std::sync::Arc::clone(self);
        let work = move |cancellation: &Cancellation| executor.parallel.install(|| work(cancellation));
        wait(&self.compute, context, whole(cost), once(work)).await
    }

    /// The threads of a lane.
    pub(crate) fn threads(&self) -> usize {
        self.compute.threads()
    }

    /// The queued and the running work.
    pub(crate) fn queries(&self) -> (usize, usize) {
        let (compute, quick) = (self.compute.queries(), self.quick.queries());
        (compute.0 + quick.0, compute.1 + quick.1)
    }

    /// The estimated cost of all queued and running work, in nanoseconds.
    pub(crate) fn cost(&self) -> u64 {
        self.compute.cost() + self.quick.cost()
    }
}

/// The cost of work in one step.
fn whole(cost: u64) -> Cost {
    Cost { all: cost, step: cost }
}

/// Work in one step.
fn once<T>(
    work: impl FnOnce(&Cancellation) -> Result<T, Error>,
) -> impl FnMut(&Cancellation) -> Result<Progress<T>, Error> {
    let mut work = Some(work);
    move |cancellation| {
        let work = work.take().expect("work that is done has no more steps");
        work(cancellation).map(Progress::Done)
    }
}

/// Runs work in a lane, unless it is cancelled before its turn.
async fn wait<T: Send + 'static>(
    lane: &Lane,
    context: &CallContext,
    cost: Cost,
    mut step: impl FnMut(&Cancellation) -> Result<Progress<T>, Error> + Send + 'static,
) -> Result<T, Error> {
    let (sender, receiver) = oneshot::channel();
    let (cancellation, _guard) = Cancellation::for_caller(context.deadline);
    cancellation.check()?;
    let span = tracing::Span::current();
    let mut sender = Some(sender);
    let (deadline, mut spent) = (context.deadline, Duration::ZERO);
    let work = move || {
        if !cancellation.is_active() {
            return Step::Stopped;
        }
        let begun = Instant::now();
        let done = span.in_scope(|| guarded(|| step(&cancellation)));
        spent += begun.elapsed();
        let (outcome, ended) = match done {
            Ok(Progress::More(left)) => match hopeless(cost.all, left, spent, deadline) {
                None => return Step::More(left),
                Some(error) => (Err(error), Step::Stopped),
            },
            Ok(Progress::Done(value)) => (Ok(value), Step::Done),
            Err(error) => (Err(error), Step::Stopped),
        };
        if let Some(sender) = sender.take() {
            let _ = sender.send(outcome);
        }
        ended
    };
    let work: Work = Box::new(work);
    let _queued =
        if context.has_begun() { lane.resume(context, cost, work) } else { lane.submit(context, cost, work)? };
    context.begin();
    let answer = async { receiver.await.unwrap_or(Err(Error::Late)) };
    match context.deadline {
        Some(deadline) => tokio::time::timeout_at(deadline, answer).await.unwrap_or(Err(Error::Late)),
        None => answer.await,
    }
}

/// The time after which the speed of work is known.
const SPEED_KNOWN: Duration = Duration::from_millis(50);

/// How wrong the rest may be, as the machine may have been busy with other things.
const REST_ERROR: f64 = 1.25;

/// The error of work that cannot be done by its deadline even if it does not wait any more.
fn hopeless(all: u64, left: u64, spent: Duration, deadline: Option<Instant>) -> Option<Error> {
    let done = all.checked_sub(left).filter(|done| *done > 0 && spent >= SPEED_KNOWN)?;
    let own = spent.mul_f64(left as f64 / done as f64);
    let left = deadline?.saturating_duration_since(Instant::now());
    let retry_after = own.clamp(Duration::from_millis(10), Duration::from_secs(5));
    (own > left.mul_f64(REST_ERROR)).then_some(Error::Overloaded { wait: Duration::ZERO, own, left, retry_after })
}

/// A panic fails only this work.
fn guarded<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    let done = catch_unwind(AssertUnwindSafe(work));
    done.unwrap_or_else(|panic| Err(Error::Panicked(panic_message(&*panic))))
}

/// The message of a panic.
pub(crate) fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".into())
}

#[cfg(test)]
mod tests;

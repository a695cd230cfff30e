//! The road of work to the CPU.
//!
//! By its estimated cost, work runs inline on the I/O thread, in the quick lane or in the compute lane. Each lane has as
//! many threads as there are cores, and the system shares these between the lanes: short work never waits behind long
//! work, only beside it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use tokio::sync::oneshot;

use super::call_context::CallContext;
use super::cancellation::Cancellation;
use super::lane::{Lane, Queued, Work};
use crate::app::{Error, Limits};

/// Work up to this cost, in nanoseconds, runs inline: waking a thread takes as long.
pub(crate) const INLINE_COST_MAX: u64 = 20_000;

/// Work up to this cost, in nanoseconds, runs in the quick lane.
const QUICK_COST_MAX: u64 = 2_000_000;

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

    /// Runs computations of an estimated cost in nanoseconds.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        context: &CallContext,
        cost: u64,
        work: impl FnOnce(&Cancellation) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        if cost <= INLINE_COST_MAX {
            return guarded(|| work(&Cancellation::until(context.deadline)));
        }
        wait(self.lane(cost), Lane::submit, context, cost, work).await
    }

    /// Runs the next part of computations that have begun: never refused for want of time.
    pub(crate) async fn resume<T: Send + 'static>(
        &self,
        context: &CallContext,
        cost: u64,
        work: impl FnOnce(&Cancellation) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let resume = |lane: &Lane, context: &_, cost, work| Ok(lane.resume(context, cost, work));
        wait(self.lane(cost), resume, context, cost, work).await
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
        wait(&self.quick, Lane::submit, context, cost, work).await
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
        wait(&self.compute, Lane::submit, context, cost, work).await
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

/// Runs work in a lane, unless it is cancelled before its turn.
async fn wait<T: Send + 'static>(
    lane: &Lane,
    queue: impl FnOnce(&Lane, &CallContext, u64, Work) -> Result<Queued, Error>,
    context: &CallContext,
    cost: u64,
    work: impl FnOnce(&Cancellation) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let (sender, receiver) = oneshot::channel();
    let (cancellation, _guard) = Cancellation::for_caller(context.deadline);
    cancellation.check()?;
    let span = tracing::Span::current();
    let work = move || {
        let active = cancellation.is_active();
        if active {
            let _ = sender.send(span.in_scope(|| guarded(|| work(&cancellation))));
        }
        active
    };
    let _queued = queue(lane, context, cost, Box::new(work))?;
    let answer = async { receiver.await.unwrap_or(Err(Error::Late)) };
    match context.deadline {
        Some(deadline) => tokio::time::timeout_at(deadline, answer).await.unwrap_or(Err(Error::Late)),
        None => answer.await,
    }
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

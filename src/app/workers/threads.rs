//! Threads of our own, and how they wait.
//!
//! The seam for tests that explore interleavings (`app/tests/interleavings.rs`): there, threads are tasks of a scheduler,
//! shuttle, which runs one at a time and chooses the next one wherever one waits and at each [`point`]. The writer, the
//! compactor and their queue are the same code in both. Whatever waits in them must wait through this module, as blocking
//! the only real thread of a model would be its end.

use std::future::Future;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

/// A running thread.
pub(crate) enum Thread {
    System(thread::JoinHandle<()>),
    #[cfg(test)]
    Model(shuttle::thread::JoinHandle<()>),
}

impl Thread {
    /// Starts a thread.
    pub(crate) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Self {
        #[cfg(test)]
        if model::is_running() {
            return Self::Model(shuttle::thread::spawn(work));
        }
        let started = thread::Builder::new().name(name.into()).spawn(work);
        Self::System(started.expect("the system can start one more thread"))
    }

    /// Waits for its end; whether it ended without a panic.
    pub(crate) fn join(self) -> bool {
        match self {
            Self::System(thread) => thread.join().is_ok(),
            #[cfg(test)]
            Self::Model(thread) => thread.join().is_ok(),
        }
    }

    /// As `join`, for a caller that must not block.
    pub(crate) async fn ended(self) -> bool {
        #[cfg(test)]
        if model::is_running() {
            return self.join();
        }
        tokio::task::spawn_blocking(|| self.join()).await.unwrap_or(false)
    }
}

/// Waits for a future on a thread of our own. The future needs no runtime: channels and semaphores do not.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    #[cfg(test)]
    if model::is_running() {
        return shuttle::future::block_on(future);
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = std::pin::pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        // May return without reason; the future is asked again.
        thread::park();
    }
}

struct Unpark(thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits that end.
pub(crate) struct Clock(Runtime);

impl Clock {
    pub(crate) fn new() -> Self {
        Self(Builder::new_current_thread().enable_time().build().expect("the system provides a timer"))
    }

    /// As `block_on`; `None` if it takes longer than that.
    pub(crate) fn block_on<T>(&self, longest: Duration, future: impl Future<Output = T>) -> Option<T> {
        #[cfg(test)]
        if model::is_running() {
            // Time does not pass in a model; it may always have been too long.
            return if model::one_in(4) { None } else { Some(block_on(future)) };
        }
        self.0.block_on(async { tokio::time::timeout(longest, future).await }).ok()
    }
}

/// Marks where another thread coming in between would matter. Nothing happens here but in a model.
#[inline]
pub(crate) fn point() {
    #[cfg(test)]
    if model::is_running() {
        // An access to a shared atomic: unlike a yield, it leaves the priorities of the scheduler as they are.
        shuttle::sync::atomic::AtomicBool::new(false).load(std::sync::atomic::Ordering::SeqCst);
    }
}

#[cfg(test)]
pub(crate) mod model {
    //! Runs a model under the scheduler.

    use std::cell::Cell;

    use shuttle::rand::Rng;
    use shuttle::scheduler::{PctScheduler, RandomScheduler};
    use shuttle::{Config, Runner};

    thread_local! {
        static IS_RUNNING: Cell<bool> = const { Cell::new(false) };
    }

    /// Whether this is a task of a model. All of them share one thread of the system.
    pub(crate) fn is_running() -> bool {
        IS_RUNNING.get()
    }

    /// True once in `many` times, as the scheduler chooses.
    pub(super) fn one_in(many: u32) -> bool {
        shuttle::rand::thread_rng().gen_ratio(1, many)
    }

    /// Runs a model that often: half with a random choice at each step, half with few changes of threads at unusual places
    /// (PCT: Burckhardt et al., 2010). A failure prints its schedule.
    pub(crate) fn explore(runs: usize, seed: u64, model: impl Fn() + Send + Sync + Copy + 'static) {
        let mut config = Config::new();
        // SQLite and unoptimised code want more than the usual 32 KiB.
        config.stack_size = 2 << 20;
        IS_RUNNING.set(true);
        Runner::new(RandomScheduler::new_from_seed(seed, runs.div_ceil(2)), config.clone()).run(model);
        Runner::new(PctScheduler::new_from_seed(seed, 3, runs / 2), config).run(model);
        IS_RUNNING.set(false);
    }
}

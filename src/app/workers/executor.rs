//! The road of admitted work to the CPU: inline if it is cheap, otherwise on the compute pool.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use super::admission::{Admission, Admitted};
use super::pool::{Cancellation, Pool, panic_message};
use crate::app::{Error, Limits};

/// Cheaper work runs inline: waking a pool thread takes as long. About 20 microseconds.
pub(crate) const INLINE_COST_MAX: u64 = 20_000;

/// Admits work and runs it.
pub(crate) struct Executor {
    pool: Pool,
    admission: Admission,
    work_max: u64,
    stopping: AtomicBool,
}

impl Executor {
    /// An executor with `threads` threads; 0 means one per core.
    pub(crate) fn new(threads: usize, limits: &Limits) -> Self {
        let (pool, admission) = (Pool::new(threads), Admission::default());
        Self { pool, admission, work_max: limits.work_max, stopping: AtomicBool::new(false) }
    }

    /// Refuses new work from now on.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Relaxed);
    }

    /// An error if the server is stopping.
    pub(crate) fn ensure_running(&self) -> Result<(), Error> {
        if self.stopping.load(Relaxed) { Err(Error::Stopping) } else { Ok(()) }
    }

    /// Admits work of this cost, in bars times kernels.
    pub(crate) fn admit(&self, cost: u64) -> Result<Admitted, Error> {
        self.admission.admit(cost, self.work_max)
    }

    /// Runs work of some cost.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        cost: u64,
        cancellation: &Cancellation,
        work: impl FnOnce(&Cancellation) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        if cost > INLINE_COST_MAX {
            return self.pool.run(cancellation, work).await;
        }
        let done = catch_unwind(AssertUnwindSafe(|| work(cancellation)));
        done.unwrap_or_else(|panic| Err(Error::Panicked(panic_message(&*panic))))
    }

    /// The pool, for work of unknown cost.
    pub(crate) fn pool(&self) -> &Pool {
        &self.pool
    }

    /// The admitted work, in bars times kernels.
    pub(crate) fn in_flight(&self) -> u64 {
        self.admission.in_flight()
    }
}

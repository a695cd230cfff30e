//! The threads that compute many series at once.

use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// The time between two looks at whether somebody interrupts.
const LOOK: Duration = Duration::from_millis(50);

/// The threads, and the process that they are of.
static THREADS: Mutex<Option<(u32, Arc<ThreadPool>)>> = Mutex::new(None);

/// The threads of this process: the child of a fork has none of those of its parent.
fn threads() -> PyResult<Arc<ThreadPool>> {
    let mut threads = THREADS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((process, pool)) = &*threads
        && *process == process::id()
    {
        return Ok(Arc::clone(pool));
    }
    let named = ThreadPoolBuilder::new().thread_name(|index| format!("atrad-{index}"));
    let pool = Arc::new(named.build().map_err(|error| PyRuntimeError::new_err(error.to_string()))?);
    if let Some((_, foreign)) = threads.replace((process::id(), Arc::clone(&pool))) {
        // Dropping it would wait for threads that are not there.
        std::mem::forget(foreign);
    }
    Ok(pool)
}

/// Does work on the threads of this process, while the calling one looks whether somebody interrupts: Python tells only its main
/// thread. The flag asks the work to stop.
pub(crate) fn interruptible(work: impl FnOnce(&AtomicBool) + Send) -> PyResult<()> {
    let (stopped, mut outcome) = (AtomicBool::new(false), Ok(()));
    let (done, ended) = channel::<()>();
    let flag = &stopped;
    threads()?.in_place_scope(|scope| {
        scope.spawn(move |_| {
            work(flag);
            drop(done);
        });
        while outcome.is_ok() && ended.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
            outcome = Python::attach(|py| py.check_signals());
        }
        // The scope waits for the work.
        stopped.store(outcome.is_err(), Ordering::Relaxed);
    });
    outcome
}

//! The threads that compute many series at once.

use std::process;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// The threads, and the process that they are of.
static THREADS: Mutex<Option<(u32, Arc<ThreadPool>)>> = Mutex::new(None);

/// The threads of this process: the child of a fork has none of those of its parent.
pub(crate) fn threads() -> PyResult<Arc<ThreadPool>> {
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

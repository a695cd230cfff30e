//! A lane: threads that do work of about the same size, in fair order.
//!
//! Plain threads, not rayon: its `spawn` has no order to choose, and a thread that waits for a part of its own work would
//! take up another caller's.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::call_context::CallContext;
use super::fair_queue::{FairQueue, Place};
use crate::app::Error;

/// Does the work, unless it is cancelled; whether it did.
pub(super) type Work = Box<dyn FnOnce() -> bool + Send>;

/// The threads of a lane, and the work that waits for them.
pub(crate) struct Lane {
    shared: Arc<Shared>,
    threads: usize,
    /// The maximum waiting work, in nanoseconds of one thread.
    waiting_max: u64,
}

struct Shared {
    state: Mutex<State>,
    /// Work has come, or the lane is closed.
    changed: Condvar,
}

struct State {
    queue: FairQueue<Work>,
    running: usize,
    /// The estimated cost of what is running.
    running_cost: u64,
    /// How long work takes, relative to its estimate: a moving average.
    pace: f64,
    closed: bool,
}

/// A place in the queue; left on drop, if the work has not begun.
pub(crate) struct Queued {
    shared: Arc<Shared>,
    place: Place,
}

impl Drop for Queued {
    fn drop(&mut self) {
        // The work is dropped after the lock is released: it may hold anything.
        let removed = self.shared.lock().queue.remove(self.place);
        drop(removed);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The weight of one piece of work in the moving average of the pace.
const PACE_WEIGHT: f64 = 0.05;

/// Shorter work says little about the pace, in nanoseconds.
const PACED_MIN: u64 = 100_000;

impl Lane {
    /// A lane of `threads` threads, 1 or more, in which at most `waiting_max` nanoseconds of work per thread wait.
    pub(crate) fn new(name: &str, threads: usize, waiting_max: u64) -> Self {
        let state = State { queue: FairQueue::default(), running: 0, running_cost: 0, pace: 1.0, closed: false };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
        for index in 0..threads {
            let shared = Arc::clone(&shared);
            let thread = std::thread::Builder::new().name(format!("{name}-{index}"));
            thread.spawn(move || serve(&shared)).expect("the system can start a few threads");
        }
        Self { shared, threads, waiting_max }
    }

    pub(crate) fn threads(&self) -> usize {
        self.threads
    }

    /// Queues work of this estimated cost in nanoseconds. Refused if too much waits, or if the deadline of the caller would
    /// be over before it is done: it is better to know at once.
    pub(crate) fn submit(&self, context: &CallContext, cost: u64, work: Work) -> Result<Queued, Error> {
        let state = self.shared.lock();
        if state.running >= self.threads {
            self.admit(&state, context, cost)?;
        }
        drop(state);
        Ok(self.resume(context, cost, work))
    }

    /// Queues the next part of work that has begun: never refused.
    pub(crate) fn resume(&self, context: &CallContext, cost: u64, work: Work) -> Queued {
        let mut state = self.shared.lock();
        let place = state.queue.push(context.caller, cost, work);
        drop(state);
        self.shared.changed.notify_one();
        Queued { shared: Arc::clone(&self.shared), place }
    }

    fn admit(&self, state: &State, context: &CallContext, cost: u64) -> Result<(), Error> {
        let time = |cost: u64| Duration::from_nanos((cost as f64 * state.pace) as u64);
        // What runs is half done on average.
        let before = state.queue.cost_before(context.caller) + state.running_cost / 2;
        let wait = time(before / self.threads as u64);
        let retry_after = wait.clamp(Duration::from_millis(10), Duration::from_secs(5));
        if state.queue.cost() / self.threads as u64 > self.waiting_max {
            let max = self.waiting_max / 1_000_000;
            return Err(Error::Full { limit: "queued_work_max_ms", max, retry_after });
        }
        let left = context.deadline.map(|deadline| deadline.saturating_duration_since(tokio::time::Instant::now()));
        match left {
            // A deadline that is over is reported as such.
            Some(left) if !left.is_zero() && wait + time(cost) > left => {
                Err(Error::Overloaded { wait, left, retry_after })
            }
            _ => Ok(()),
        }
    }

    /// The queued and the running work.
    pub(crate) fn queries(&self) -> (usize, usize) {
        let state = self.shared.lock();
        (state.queue.len(), state.running)
    }

    /// The estimated cost of all work, in nanoseconds.
    pub(crate) fn cost(&self) -> u64 {
        let state = self.shared.lock();
        state.queue.cost() + state.running_cost
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_all();
    }
}

/// Does work until the lane is closed.
fn serve(shared: &Shared) {
    let mut state = shared.lock();
    loop {
        if let Some((cost, work)) = state.queue.pop() {
            state.running += 1;
            state.running_cost += cost;
            drop(state);
            let start = Instant::now();
            let done = work();
            let elapsed = start.elapsed();
            state = shared.lock();
            state.running -= 1;
            state.running_cost -= cost;
            if done && cost >= PACED_MIN {
                let pace = (elapsed.as_nanos() as f64 / cost as f64).clamp(0.1, 10.0);
                state.pace += PACE_WEIGHT * (pace - state.pace);
            }
        } else if state.closed {
            return;
        } else {
            state = shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

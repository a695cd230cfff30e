//! A lane: threads that do work of about the same size, in fair order.
//!
//! Plain threads, not rayon: its `spawn` has no order to choose, and a thread that waits for a part of its own work would
//! take up another caller's.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::call_context::CallContext;
use super::fair_queue::{FairQueue, Place, Turn};
use crate::app::Error;

/// How a step of work ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The work goes on; this is the estimated cost of the rest.
    More(u64),
    /// The work is done.
    Done,
    /// It was cancelled or has failed, which says nothing about its cost.
    Stopped,
}

/// Does a step of the work.
pub(super) type Work = Box<dyn FnMut() -> Step + Send>;

/// The estimated cost of work, in nanoseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cost {
    pub(super) all: u64,
    /// Of each step.
    pub(super) step: u64,
}

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
    /// What runs, and since when.
    running: Vec<(Turn, Instant)>,
    /// How long work takes, relative to its estimate: a moving average.
    pace: f64,
    closed: bool,
}

/// A place in the queue; left on drop, if the work does not run.
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

/// The weight of recent work in the pace: that of about this many nanoseconds.
const PACED: f64 = 200e6;

/// The weight of one piece of work in the pace.
const PACE_WEIGHT_MAX: f64 = 0.25;

/// How wrong the estimate of a single call may be, as `tests/costs.rs` allows. A call that has the lane for itself is only
/// refused if it would be late even so.
const ESTIMATE_ERROR: f64 = 2.0;

/// The part of the time to the deadline that a call may be estimated to take: later, shorter calls go before it.
const FILL_MAX: f64 = 0.9;

impl State {
    /// How long work of this estimated cost takes.
    fn time(&self, cost: u64) -> Duration {
        Duration::from_nanos((cost as f64 * self.pace) as u64)
    }

    /// The estimated cost of the rest of what runs.
    fn left(&self, turn: &Turn, since: Instant, cost: u64) -> u64 {
        debug_assert!(cost <= turn.left, "a step is a part of what is left");
        cost.saturating_sub((since.elapsed().as_nanos() as f64 / self.pace) as u64)
    }

    /// The estimated cost of what is done before new work: what waits, and what runs.
    fn before(&self, context: &CallContext, cost: u64) -> u64 {
        let prospect = self.queue.prospect(context.caller, cost);
        let running = self.running.iter();
        let running = running.map(|(turn, since)| self.left(turn, *since, prospect.waits_for(turn))).sum::<u64>();
        prospect.before.saturating_add(running)
    }

    fn learn(&mut self, cost: u64, elapsed: Duration) {
        let pace = (elapsed.as_nanos() as f64 / cost.max(1) as f64).clamp(0.1, 10.0);
        let weight = (cost as f64 / PACED).min(PACE_WEIGHT_MAX);
        self.pace += weight * (pace - self.pace);
    }
}

impl Lane {
    /// A lane of `threads` threads, 1 or more, in which at most `waiting_max` nanoseconds of work per thread wait.
    pub(crate) fn new(name: &str, threads: usize, waiting_max: u64) -> Self {
        let state = State { queue: FairQueue::default(), running: Vec::new(), pace: 1.0, closed: false };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
        for number in 0..threads {
            let shared = Arc::clone(&shared);
            let started = std::thread::Builder::new().name(format!("{name}-{number}")).spawn(move || serve(&shared));
            drop(started.expect("the system can start a few threads"));
        }
        Self { shared, threads, waiting_max }
    }

    pub(crate) fn threads(&self) -> usize {
        self.threads
    }

    /// Queues work. Refused if too much waits, or if the deadline of the caller would be over before it is done: it is
    /// better to know at once.
    pub(crate) fn submit(&self, context: &CallContext, cost: Cost, work: Work) -> Result<Queued, Error> {
        let state = self.shared.lock();
        self.admit(&state, context, cost.all)?;
        drop(state);
        Ok(self.resume(context, cost, work))
    }

    /// Whether `submit` would take work of this cost now.
    pub(super) fn check(&self, context: &CallContext, cost: u64) -> Result<(), Error> {
        self.admit(&self.shared.lock(), context, cost)
    }

    /// Queues the next part of work that has begun: never refused.
    pub(crate) fn resume(&self, context: &CallContext, cost: Cost, work: Work) -> Queued {
        let mut state = self.shared.lock();
        let place = state.queue.push(context.caller, cost.all, cost.step, work);
        drop(state);
        self.shared.changed.notify_one();
        Queued { shared: Arc::clone(&self.shared), place }
    }

    fn admit(&self, state: &State, context: &CallContext, cost: u64) -> Result<(), Error> {
        let left = context.deadline.map(|deadline| deadline.saturating_duration_since(tokio::time::Instant::now()));
        // A deadline that is over is reported as such.
        let left = left.filter(|left| !left.is_zero());
        let own = state.time(cost);
        let begun = state.running.len() + state.queue.len();
        if begun == 0 {
            return match left {
                Some(left) if own > left.mul_f64(ESTIMATE_ERROR) => Err(Error::TooLong { needed: own, left }),
                _ => Ok(()),
            };
        }
        let before = if begun < self.threads { 0 } else { state.before(context, cost) };
        let wait = state.time(before / self.threads as u64);
        let retry_after = wait.clamp(Duration::from_millis(10), Duration::from_secs(5));
        if state.queue.cost() / self.threads as u64 > self.waiting_max {
            let max = self.waiting_max / 1_000_000;
            return Err(Error::Full { limit: "queued_work_max_ms", max, retry_after });
        }
        match left {
            Some(left) if wait + own > left.mul_f64(FILL_MAX) => {
                Err(Error::Overloaded { wait, own, left, retry_after })
            }
            _ => Ok(()),
        }
    }

    /// The queued and the running work.
    pub(crate) fn queries(&self) -> (usize, usize) {
        let state = self.shared.lock();
        (state.queue.len(), state.running.len())
    }

    /// The estimated cost of all work, in nanoseconds.
    pub(crate) fn cost(&self) -> u64 {
        let state = self.shared.lock();
        state.running.iter().map(|(turn, _)| turn.left).fold(state.queue.cost(), u64::saturating_add)
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
        if let Some((turn, mut work)) = state.queue.pop() {
            let begun = Instant::now();
            state.running.push((turn, begun));
            drop(state);
            let step = work();
            let elapsed = begun.elapsed();
            let work = if let Step::More(_) = step {
                Some(work)
            } else {
                // Before the lock is taken: it may hold anything.
                drop(work);
                None
            };
            state = shared.lock();
            state.running.retain(|(running, _)| !running.is(&turn));
            match (step, work) {
                (Step::More(left), Some(work)) => {
                    state.learn(turn.left.saturating_sub(left), elapsed);
                    state.queue.again(&turn, left, turn.step, work);
                }
                (Step::Done, _) => {
                    state.learn(turn.left, elapsed);
                    state.queue.end(&turn);
                }
                _ => state.queue.end(&turn),
            }
        } else if state.closed {
            return;
        } else {
            state = shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

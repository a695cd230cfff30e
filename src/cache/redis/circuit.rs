//! The circuit breaker (Nygard, "Release It!", 2007) around the connection to Redis.
//!
//! Closed, it lends its connection. Commands that are not answered open it: the connection is dropped, and from then on
//! commands fail at once instead of waiting. A task of its own connects anew, which is the half-open probe: no call waits
//! for it. The pause before each attempt doubles and is jittered, so that many servers do not return all at once.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::sync::{OnceCell, oneshot};
use tokio::time::{sleep, timeout};

use super::connect::{Connector, Link};

/// The pause before the first attempt; it doubles with each.
const RETRY_MIN: Duration = Duration::from_millis(50);
/// A connection that lasted longer than this was good: the next pause is the first one again.
const GOOD_AFTER: Duration = Duration::from_secs(10);
/// How often a connection that answers is replaced, at most.
const RENEW_MIN: Duration = Duration::from_secs(1);

/// A connection, and which of all it is.
#[derive(Clone)]
pub(super) struct Lent {
    pub(super) link: Link,
    number: u64,
}

#[derive(Default)]
struct State {
    lent: Option<Lent>,
    /// The connections made so far.
    made: u64,
    /// When the last one was made.
    made_at: Option<Instant>,
    /// The attempts since a good connection.
    attempts: u32,
    is_connecting: bool,
}

pub(super) struct Circuit {
    connector: Connector,
    /// How long the first calls wait for the first connection.
    first_wait: Duration,
    retry_max: Duration,
    state: Mutex<State>,
    first: OnceCell<()>,
    opened: AtomicU64,
}

impl Circuit {
    pub(super) fn new(connector: Connector, first_wait: Duration, retry_max: Duration) -> Arc<Self> {
        let (state, first, opened) = (Mutex::default(), OnceCell::new(), AtomicU64::new(0));
        Arc::new(Self { connector, first_wait, retry_max, state, first, opened })
    }

    /// The connection; `None` while the circuit is open. Connects at the first call, which waits for it a while.
    pub(super) async fn lend(self: &Arc<Self>) -> Option<Lent> {
        self.first.get_or_init(|| self.start()).await;
        self.lock().lent.clone()
    }

    /// Whether the circuit is closed, or was never used.
    pub(super) fn is_closed(&self) -> bool {
        !self.first.initialized() || self.lock().lent.is_some()
    }

    /// How often the circuit opened.
    pub(super) fn opened(&self) -> u64 {
        self.opened.load(Relaxed)
    }

    /// Opens the circuit after a command that this connection did not answer; a newer connection is not affected.
    pub(super) fn open(self: &Arc<Self>, failed: &Lent, why: &dyn std::fmt::Display) {
        let mut state = self.lock();
        if state.lent.as_ref().is_none_or(|lent| lent.number != failed.number) {
            return;
        }
        state.lent = None;
        if state.made_at.is_some_and(|at| at.elapsed() > GOOD_AFTER) {
            state.attempts = 0;
        }
        self.opened.fetch_add(1, Relaxed);
        tracing::warn!(error = %why, "redis is skipped until it answers again");
        self.connect(&mut state, None);
    }

    /// Replaces a connection that answers, but of a server that is not the right one any more. It is used until then.
    pub(super) fn renew(self: &Arc<Self>, wrong: &Lent) {
        let mut state = self.lock();
        let is_current = state.lent.as_ref().is_some_and(|lent| lent.number == wrong.number);
        if is_current && state.made_at.is_none_or(|at| at.elapsed() > RENEW_MIN) {
            state.attempts = 0;
            self.connect(&mut state, None);
        }
    }

    async fn start(self: &Arc<Self>) {
        let (connected, waits) = oneshot::channel();
        self.connect(&mut self.lock(), Some(connected));
        // Whether it was in time, failed, or took too long is seen by what can be lent.
        let _ = timeout(self.first_wait, waits).await;
    }

    /// Starts the task that connects, unless it runs. It tells when its first attempt is over.
    fn connect(self: &Arc<Self>, state: &mut State, first_attempt: Option<oneshot::Sender<()>>) {
        if !std::mem::replace(&mut state.is_connecting, true) {
            tokio::spawn(reconnect(Arc::downgrade(self), first_attempt));
        }
    }

    /// The pause before the next attempt: half to the whole of a doubling duration, at random.
    fn pause(&self) -> Duration {
        let mut state = self.lock();
        let doubled = RETRY_MIN.saturating_mul(1 << state.attempts.min(20)).min(self.retry_max);
        state.attempts = state.attempts.saturating_add(1);
        // The keys of a hasher are random; a generator for one number in seconds would be a dependency too many.
        let share = RandomState::new().hash_one(state.attempts) as f64 / u64::MAX as f64;
        doubled.mul_f64(0.5 + share / 2.0)
    }

    /// One attempt. Whether it succeeded.
    async fn attempt(&self) -> bool {
        let link = self.connector.connect().await;
        let mut state = self.lock();
        match link {
            Ok(link) => {
                state.made += 1;
                state.made_at = Some(Instant::now());
                state.lent = Some(Lent { link, number: state.made });
                state.is_connecting = false;
                tracing::info!(connections = state.made, "redis is used");
                true
            }
            Err(error) => {
                // Ever more seldom, while it stays away.
                if state.attempts == 0 || state.attempts.is_power_of_two() {
                    tracing::warn!(%error, attempts = state.attempts, "redis cannot be reached");
                }
                false
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics under the lock, and a connection is valid whatever happened around it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Connects until it succeeds or the circuit is gone.
async fn reconnect(circuit: Weak<Circuit>, mut first_attempt: Option<oneshot::Sender<()>>) {
    loop {
        // The first connection of all is made at once.
        if first_attempt.is_none() {
            let Some(pause) = circuit.upgrade().map(|circuit| circuit.pause()) else { return };
            sleep(pause).await;
        }
        let Some(circuit) = circuit.upgrade() else { return };
        let is_connected = circuit.attempt().await;
        if let Some(over) = first_attempt.take() {
            // The caller may have left.
            let _ = over.send(());
        }
        if is_connected {
            return;
        }
    }
}

//! The load: an open loop at a rate, or a closed loop of callers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::task::JoinSet;

use super::calls::{Clients, Prepared};
use super::mix::Mix;
use super::report::{Figures, Report};
use crate::cli::connection::Connection;

/// What to do, how fast and how long.
pub(super) struct Load {
    pub(super) mix: Mix,
    pub(super) connections: Vec<Connection>,
    /// Calls per second; `None` is a closed loop.
    pub(super) rate: Option<f64>,
    pub(super) in_flight: u32,
    pub(super) warm_up: Duration,
    pub(super) duration: Duration,
    pub(super) deadline: Duration,
}

/// A running load.
struct Running {
    mix: Mix,
    calls: Vec<Prepared>,
    figures: Vec<Figures>,
    clients: Vec<Clients>,
    deadline: Duration,
    /// What ends before is not measured.
    measured_from: Instant,
    in_flight: AtomicU32,
    not_made: AtomicU64,
}

impl Running {
    /// Makes call number `n`, which was due at `due`.
    async fn make(&self, n: u64, due: Instant) {
        let call = self.mix.nth(n);
        let mut clients = self.clients[n as usize % self.clients.len()].clone();
        let outcome = clients.make(&self.calls[call], self.deadline).await;
        if due >= self.measured_from {
            self.figures[call].add(due.elapsed(), outcome.err().map(|status| status.code()));
        }
    }
}

/// Loads the server.
pub(super) async fn run(load: Load) -> Report {
    let Load { mix, connections, rate, in_flight, warm_up, duration, deadline } = load;
    let start = Instant::now();
    let running = Arc::new(Running {
        calls: mix.calls.iter().map(Prepared::new).collect(),
        figures: mix.calls.iter().map(|_| Figures::new()).collect(),
        mix,
        clients: connections.iter().map(Clients::new).collect(),
        deadline,
        measured_from: start + warm_up,
        in_flight: AtomicU32::new(0),
        not_made: AtomicU64::new(0),
    });
    let until = start + warm_up + duration;
    match rate {
        Some(rate) => open_loop(&running, rate, in_flight, start, until).await,
        None => closed_loop(&running, in_flight, until).await,
    }
    let Running { mix, figures, not_made, .. } = &*running;
    let rows = mix.calls.iter().zip(figures).map(|(call, figures)| (call.text.clone(), figures.summary(duration)));
    Report { rows: rows.collect(), rate, not_made: not_made.load(Relaxed) }
}

/// Each caller makes one call after the other.
async fn closed_loop(running: &Arc<Running>, callers: u32, until: Instant) {
    let next = Arc::new(AtomicU64::new(0));
    let mut all = JoinSet::new();
    for _ in 0..callers {
        let (running, next) = (Arc::clone(running), Arc::clone(&next));
        all.spawn(async move {
            while Instant::now() < until {
                running.make(next.fetch_add(1, Relaxed), Instant::now()).await;
            }
        });
    }
    all.join_all().await;
}

/// Calls start when they are due. A thread keeps the time, as timers of the runtime are only exact to a millisecond.
async fn open_loop(running: &Arc<Running>, rate: f64, in_flight_max: u32, start: Instant, until: Instant) {
    let (running, handle) = (Arc::clone(running), Handle::current());
    let pacer = tokio::task::spawn_blocking(move || {
        let mut calls = Vec::new();
        for n in 0_u64.. {
            let due = start + Duration::from_secs_f64(n as f64 / rate);
            if due >= until {
                break;
            }
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            if running.in_flight.load(Relaxed) >= in_flight_max {
                running.not_made.fetch_add(u64::from(due >= running.measured_from), Relaxed);
                continue;
            }
            running.in_flight.fetch_add(1, Relaxed);
            let running = Arc::clone(&running);
            calls.retain(|call: &tokio::task::JoinHandle<()>| !call.is_finished());
            calls.push(handle.spawn(async move {
                running.make(n, due).await;
                running.in_flight.fetch_sub(1, Relaxed);
            }));
        }
        calls
    });
    for call in pacer.await.unwrap_or_default() {
        // A call that panicked has no figure; the report shows fewer calls than were due.
        let _ = call.await;
    }
}

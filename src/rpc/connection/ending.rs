//! When a connection ends that its client does not end.

use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::state::Connection;
use crate::rpc::settings::Settings;

/// How often a connection is looked at.
const TICK: Duration = Duration::from_secs(1);

/// Why a connection ends that its client does not end.
#[derive(Debug)]
pub(super) enum End {
    /// The server stops.
    Draining,
    /// It had no calls for a while.
    Idle,
    /// It is as old as a connection may get, so that clients spread over the servers behind a load balancer.
    Old,
    /// Its client does not read.
    Stalled,
    /// Another connection needs its place.
    Evicted,
}

pub(super) async fn why_end(connection: &Connection, settings: &Settings, draining: &CancellationToken) -> End {
    let begun = Instant::now();
    let mut stall = StallWatch::new();
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = draining.cancelled() => return End::Draining,
            () = connection.evicted.cancelled() => return End::Evicted,
            _ = ticks.tick() => {}
        }
        let over = |limit: Duration, since: Instant| !limit.is_zero() && since.elapsed() >= limit;
        if connection.idle_since().is_some_and(|since| over(settings.connection_idle, since)) {
            return End::Idle;
        }
        if over(settings.connection_age, begun) {
            return End::Old;
        }
        if stall.is_stalled(connection, settings.stall_timeout) || connection.progress.is_overdue() {
            return End::Stalled;
        }
    }
}

/// Waits until its client does not read.
pub(super) async fn stalled(connection: &Connection, settings: &Settings) {
    let (mut ticks, mut stall) = (interval(TICK), StallWatch::new());
    while !stall.is_stalled(connection, settings.stall_timeout) && !connection.progress.is_overdue() {
        ticks.tick().await;
    }
}

/// The time in which an idle client that is told to go closes its connection.
const GOAWAY_TIME: Duration = Duration::from_secs(1);

/// Waits until a connection that is told to go has had no call for a while.
pub(super) async fn unused(connection: &Connection) {
    loop {
        tokio::time::sleep(GOAWAY_TIME).await;
        if connection.idle_since().is_some_and(|since| since.elapsed() >= GOAWAY_TIME) {
            return;
        }
    }
}

/// Notices that frames wait and hardly a byte is sent.
struct StallWatch {
    since: Instant,
    sent: u64,
}

/// More bytes are progress; fewer are pings and window updates.
const PROGRESS_BYTES: u64 = 4096;

impl StallWatch {
    fn new() -> Self {
        Self { since: Instant::now(), sent: 0 }
    }

    fn is_stalled(&mut self, connection: &Connection, timeout: Duration) -> bool {
        let sent = connection.progress.sent();
        if connection.unsent.load(Relaxed) == 0 || sent >= self.sent + PROGRESS_BYTES {
            *self = Self { since: Instant::now(), sent };
        }
        !timeout.is_zero() && self.since.elapsed() >= timeout
    }
}

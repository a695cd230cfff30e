//! The audit log: a line for every call that is refused and for every admin call, at the target `atrad::audit`.
//!
//! Admin calls are all logged. Refused calls are bounded per caller and in all, as anybody can make them and a flood of them
//! must not fill a disk; how many were left out is told.

use std::collections::HashMap;
use std::fmt;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::rpc::connection::peer::Peer;

/// The target of the lines.
const TARGET: &str = "atrad::audit";

/// How many refused calls of a caller are logged at once, and per second after that.
const CALLER: Rate = Rate { burst: 20.0, per_second: 0.1 };

/// The same of all callers: about 50 MB a day at most.
const ALL: Rate = Rate { burst: 200.0, per_second: 2.0 };

/// Callers that are remembered; when there are more, only the rate of all counts for them.
const CALLERS_MAX: usize = 1024;

/// How often the number of lines left out is told.
const TELL: Duration = Duration::from_secs(60);

/// The lines about refused calls of this process.
static REFUSED: LazyLock<Mutex<Limiter>> = LazyLock::new(|| Mutex::new(Limiter::new(Instant::now())));

/// A call, for its line.
#[derive(Debug, Clone, Copy)]
pub(in crate::rpc) struct Entry<'a> {
    /// The name of the token of its caller.
    pub(in crate::rpc) token: Option<&'a str>,
    /// The other end of its connection.
    pub(in crate::rpc) peer: Peer,
    /// Its path.
    pub(in crate::rpc) method: &'a str,
    /// What it acts on, or why it was refused.
    pub(in crate::rpc) what: &'a str,
    /// Its status, as in `PERMISSION_DENIED`.
    pub(in crate::rpc) outcome: &'a str,
    /// The request id.
    pub(in crate::rpc) id: &'a str,
}

impl fmt::Display for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.token.unwrap_or("-"))
    }
}

impl Entry<'_> {
    /// Logs an admin call.
    pub(in crate::rpc) fn admin(self) {
        let Self { peer, method, what, outcome, id, .. } = self;
        tracing::info!(target: TARGET, who = %self, %peer, method, what, outcome, request = id, "admin call");
    }

    /// Logs a refused call of this group of callers, unless there were too many.
    pub(in crate::rpc) fn refused(self, group: u64) {
        let passed = REFUSED.lock().unwrap_or_else(PoisonError::into_inner).passes(group, Instant::now());
        if passed {
            let Self { peer, method, what, outcome, id, .. } = self;
            tracing::info!(target: TARGET, who = %self, %peer, method, what, outcome, request = id, "refused");
        }
    }
}

/// Tells every minute how many lines were left out, for ever.
pub(in crate::rpc) async fn tell_what_is_left_out() {
    loop {
        tokio::time::sleep(TELL).await;
        let left_out = REFUSED.lock().unwrap_or_else(PoisonError::into_inner).take_left_out();
        if left_out > 0 {
            tracing::warn!(target: TARGET, left_out, "refused calls without a line of their own: too many in the last minute");
        }
    }
}

/// A rate of lines.
#[derive(Debug, Clone, Copy)]
struct Rate {
    burst: f64,
    per_second: f64,
}

/// A token bucket: what is left of the burst, and when that was.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl Bucket {
    fn full(rate: Rate, at: Instant) -> Self {
        Self { left: rate.burst, at }
    }

    fn refill(&mut self, rate: Rate, now: Instant) {
        let seconds = now.saturating_duration_since(self.at).as_secs_f64();
        self.left = (self.left + seconds * rate.per_second).min(rate.burst);
        self.at = now;
    }
}

/// Bounds the lines about refused calls.
#[derive(Debug)]
struct Limiter {
    all: Bucket,
    callers: HashMap<u64, Bucket>,
    left_out: u64,
}

impl Limiter {
    fn new(now: Instant) -> Self {
        Self { all: Bucket::full(ALL, now), callers: HashMap::new(), left_out: 0 }
    }

    /// Whether a call of this group gets a line.
    fn passes(&mut self, group: u64, now: Instant) -> bool {
        self.all.refill(ALL, now);
        if self.callers.len() >= CALLERS_MAX && !self.callers.contains_key(&group) {
            self.callers.retain(|_, bucket| {
                bucket.refill(CALLER, now);
                bucket.left < CALLER.burst
            });
        }
        let is_known = self.callers.len() < CALLERS_MAX || self.callers.contains_key(&group);
        let mut other = Bucket::full(CALLER, now);
        let own = if is_known { self.callers.entry(group).or_insert(other) } else { &mut other };
        own.refill(CALLER, now);
        let passes = own.left >= 1.0 && self.all.left >= 1.0;
        if passes {
            own.left -= 1.0;
            self.all.left -= 1.0;
        } else {
            self.left_out += 1;
        }
        passes
    }

    fn take_left_out(&mut self) -> u64 {
        std::mem::take(&mut self.left_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_has_few_lines_and_hides_nobody_else() {
        let begun = Instant::now();
        let mut limiter = Limiter::new(begun);
        let lines = |limiter: &mut Limiter, group, calls: u32, seconds: u32| {
            let step = Duration::from_secs(seconds.into()) / calls;
            (0..calls).filter(|&call| limiter.passes(group, begun + step * call)).count()
        };
        assert_eq!(lines(&mut limiter, 1, 100_000, 100), 29, "a burst of 20, and one in ten seconds");
        assert!(limiter.passes(2, begun + Duration::from_secs(100)));
        assert_eq!((limiter.take_left_out(), limiter.take_left_out()), (99_971, 0));
    }

    #[test]
    fn many_callers_are_bounded_in_all() {
        let begun = Instant::now();
        let mut limiter = Limiter::new(begun);
        let lines = (0..100_000).filter(|&group| limiter.passes(group, begun)).count();
        assert_eq!((lines, limiter.left_out), (200, 99_800));
        assert!(limiter.callers.len() <= CALLERS_MAX);
        let later = begun + Duration::from_secs(100);
        assert_eq!((0..100_000).filter(|&group| limiter.passes(group, later)).count(), 200);
    }
}

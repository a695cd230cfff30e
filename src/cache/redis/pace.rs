//! How long reads of Redis take, so that an answer is not fetched that is computed sooner.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// What a read is taken to last at least.
const LEAST_NANOS: u64 = 50_000;

/// About the median duration of recent reads. Each read moves it by a factor of two at most, so a pause of this process
/// now and then changes little, and some slow reads in a row are noticed.
pub(super) struct Pace {
    nanos: AtomicU64,
}

impl Pace {
    pub(super) fn new() -> Self {
        Self { nanos: AtomicU64::new(LEAST_NANOS) }
    }

    /// Adds a read. Of two at the same time one may be lost.
    pub(super) fn record(&self, took: Duration) {
        let (nanos, before) = (u64::try_from(took.as_nanos()).unwrap_or(u64::MAX), self.nanos.load(Relaxed));
        self.nanos.store(nanos.clamp(before / 2, before.saturating_mul(2)).max(LEAST_NANOS), Relaxed);
    }

    /// Whether a read probably takes less than this long. Each "no" lowers it by a sixty-fourth, so a Redis that
    /// has become fast again is found without a timer, at the cost of a slow read now and then.
    pub(super) fn is_within(&self, limit: Duration) -> bool {
        let nanos = self.nanos.load(Relaxed);
        let is_within = Duration::from_nanos(nanos) <= limit;
        if !is_within {
            self.nanos.store(nanos - nanos.div_ceil(64), Relaxed);
        }
        is_within
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_redis_is_asked_seldom_and_a_fast_one_always() {
        let (pace, limit) = (Pace::new(), Duration::from_millis(2));
        assert!(pace.is_within(limit), "nothing is known yet");
        let mut asked = 0;
        for _ in 0..10_000 {
            if pace.is_within(limit) {
                asked += 1;
                pace.record(Duration::from_millis(20));
            }
        }
        assert!((50..=1000).contains(&asked), "{asked} of 10,000 waited");
        for _ in 0..10_000 {
            if pace.is_within(limit) {
                pace.record(Duration::from_micros(100));
            }
        }
        assert!((0..100).all(|_| pace.is_within(limit)), "fast again");
        pace.record(Duration::MAX);
        assert!(pace.is_within(limit), "one pause does not make Redis slow");
        (0..100).for_each(|_| pace.record(Duration::MAX));
        assert!(!pace.is_within(Duration::from_secs(3600)));
    }
}

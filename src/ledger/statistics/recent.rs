//! The newest durations of an operation, for percentiles.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// A ring buffer of the newest `N` durations. One writer, any number of readers.
#[derive(Debug)]
pub(in crate::ledger) struct Recent<const N: usize>([AtomicU64; N]);

impl<const N: usize> Recent<N> {
    pub(in crate::ledger) fn new() -> Self {
        Self(std::array::from_fn(|_| AtomicU64::new(0)))
    }

    /// Stores the duration with this sequence number.
    pub(in crate::ledger) fn add(&self, number: u64, duration: Duration) {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        self.0[number as usize % N].store(nanos, Relaxed);
    }

    /// The `percent` percentile of the newest durations, after `count` were added.
    pub(in crate::ledger) fn percentiles<const P: usize>(&self, count: u64, percents: [usize; P]) -> [Duration; P] {
        let held = (count as usize).min(N);
        let mut nanos: Vec<u64> = self.0[..held].iter().map(|nanos| nanos.load(Relaxed)).collect();
        nanos.sort_unstable();
        percents.map(|percent| {
            let rank = (held * percent).div_ceil(100).saturating_sub(1);
            Duration::from_nanos(nanos.get(rank).copied().unwrap_or(0))
        })
    }
}

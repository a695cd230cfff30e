//! The metrics of the writer, readable from other threads.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use super::recent::Recent;

/// The number of newest commits in the percentiles.
const RECENT: usize = 1024;

/// The metrics of a writer since its start.
#[derive(Debug)]
pub struct Metrics {
    commits: AtomicU64,
    rows: AtomicU64,
    retries: AtomicU64,
    failures: AtomicU64,
    recent: Recent<RECENT>,
}

/// A snapshot of the metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Snapshot {
    /// Durable commits.
    pub commits: u64,
    /// Rows changed by them.
    pub rows: u64,
    /// Attempts that failed and were retried.
    pub retries: u64,
    /// Commits that failed permanently.
    pub failures: u64,
    /// The median duration of recent commits, waits included.
    pub p50: Duration,
    /// The 95th percentile of recent commits.
    pub p95: Duration,
    /// The 99th percentile of recent commits.
    pub p99: Duration,
}

impl Metrics {
    pub(in crate::ledger) fn new() -> Self {
        let zero = || AtomicU64::new(0);
        Self { commits: zero(), rows: zero(), retries: zero(), failures: zero(), recent: Recent::new() }
    }

    pub(in crate::ledger) fn committed(&self, rows: u64, latency: Duration) {
        self.rows.fetch_add(rows, Relaxed);
        // There is one writer, so nothing happens between this load and the add.
        self.recent.add(self.commits.load(Relaxed), latency);
        self.commits.fetch_add(1, Relaxed);
    }

    pub(in crate::ledger) fn retried(&self) {
        self.retries.fetch_add(1, Relaxed);
    }

    pub(in crate::ledger) fn failed(&self) {
        self.failures.fetch_add(1, Relaxed);
    }

    /// A snapshot of the metrics. Each is exact; a concurrent commit may be in one and not yet in another.
    pub fn snapshot(&self) -> Snapshot {
        let commits = self.commits.load(Relaxed);
        let [p50, p95, p99] = self.recent.percentiles(commits, [50, 95, 99]);
        Snapshot {
            commits,
            rows: self.rows.load(Relaxed),
            retries: self.retries.load(Relaxed),
            failures: self.failures.load(Relaxed),
            p50,
            p95,
            p99,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_recent_commits() {
        let metrics = Metrics::new();
        assert_eq!(metrics.snapshot(), Snapshot::default());
        metrics.committed(1, Duration::from_secs(9));
        assert_eq!(metrics.snapshot().p50, Duration::from_secs(9));
        for nanos in 1..=1024 {
            metrics.committed(2, Duration::from_nanos(nanos));
        }
        let snapshot = metrics.snapshot();
        assert_eq!((snapshot.commits, snapshot.rows), (1025, 2049));
        assert_eq!([snapshot.p50, snapshot.p95, snapshot.p99].map(|p| p.as_nanos()), [512, 973, 1014]);
    }
}

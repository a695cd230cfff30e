//! What the writer has done, to be read from other threads.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use super::recent::Recent;

/// How many of the newest commits the percentiles are over.
const RECENT: usize = 1024;

/// The metrics of a writer, since its start.
#[derive(Debug)]
pub struct Metrics {
    commits: AtomicU64,
    rows: AtomicU64,
    retries: AtomicU64,
    failures: AtomicU64,
    recent: Recent<RECENT>,
}

/// The metrics at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Snapshot {
    /// Commits that are durable.
    pub commits: u64,
    /// Rows that they changed.
    pub rows: u64,
    /// Tries that failed and were followed by another.
    pub retries: u64,
    /// Commits that failed for good.
    pub failures: u64,
    /// Half of the recent commits took at most this long, waits included.
    pub p50: Duration,
    /// 95 % of the recent commits took at most this long.
    pub p95: Duration,
    /// 99 % of the recent commits took at most this long.
    pub p99: Duration,
}

impl Metrics {
    pub(super) fn new() -> Self {
        let zero = || AtomicU64::new(0);
        Self { commits: zero(), rows: zero(), retries: zero(), failures: zero(), recent: Recent::new() }
    }

    pub(super) fn committed(&self, rows: u64, latency: Duration) {
        self.rows.fetch_add(rows, Relaxed);
        // There is one writer, so nobody else is between this load and the add.
        self.recent.add(self.commits.load(Relaxed), latency);
        self.commits.fetch_add(1, Relaxed);
    }

    pub(super) fn retried(&self) {
        self.retries.fetch_add(1, Relaxed);
    }

    pub(super) fn failed(&self) {
        self.failures.fetch_add(1, Relaxed);
    }

    /// The metrics now. Each is right; a commit in this moment may be in one and not yet in another.
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

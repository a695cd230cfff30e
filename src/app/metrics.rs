//! Metrics of the server, as plain numbers for whoever shows them.

use std::sync::atomic::Ordering::Relaxed;

use super::App;
use crate::cache::TierStats;
use crate::ledger::Snapshot;

/// The metrics at one moment.
#[derive(Debug, Clone)]
pub struct Metrics {
    /// The series that are kept.
    pub series: u64,
    /// Price files that are missing or damaged, so that questions which need them fail.
    pub missing_files: u64,
    /// Commands that wait for the writer thread.
    pub queue_depth: u64,
    /// Series whose segments wait to be merged.
    pub merges_pending: u64,
    /// What the writer of the ledger has done.
    pub writer: Snapshot,
    /// Tasks that wait for a thread of the pool.
    pub pool_pending: u64,
    /// Tasks that run on the pool.
    pub pool_running: u64,
    /// The work in flight, in bars times kernels.
    pub work_in_flight: u64,
    /// Answers that were computed, not fetched, since the start.
    pub computed: u64,
    /// How the tiers of the cache are doing.
    pub cache: Vec<TierStats>,
}

impl App {
    /// The metrics now.
    pub fn metrics(&self) -> Metrics {
        let (pending, running) = self.pool.queries();
        Metrics {
            series: self.catalog.len() as u64,
            missing_files: self.catalog.snapshots().iter().map(|(_, snapshot)| snapshot.missing.len() as u64).sum(),
            queue_depth: self.depth.load(Relaxed) as u64,
            merges_pending: self.compactions.load(Relaxed) as u64,
            writer: self.writer.snapshot(),
            pool_pending: pending as u64,
            pool_running: running as u64,
            work_in_flight: self.admission.in_flight(),
            computed: self.computed.load(Relaxed),
            cache: self.cache.stats(),
        }
    }
}

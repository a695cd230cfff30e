//! Metrics of the server, as plain numbers.

use std::sync::atomic::Ordering::Relaxed;

use super::App;
use crate::cache::TierStats;
use crate::ledger::Snapshot;

/// The current metrics.
#[derive(Debug, Clone)]
pub struct Metrics {
    /// The stored series.
    pub series: u64,
    /// Missing or damaged price files; queries that need them fail with DATA_LOSS.
    pub missing_files: u64,
    /// Commands queued for the writer thread.
    pub queue_depth: u64,
    /// Series queued for compaction.
    pub merges_pending: u64,
    /// Statistics of the ledger writer.
    pub writer: Snapshot,
    /// Computations that wait for the CPU.
    pub pool_pending: u64,
    /// Computations that run.
    pub pool_running: u64,
    /// The estimated time of both, in nanoseconds of one core.
    pub work_in_flight: u64,
    /// Answers computed, not cached, since the start.
    pub computed: u64,
    /// Running watches.
    pub watches: u64,
    /// The states that they share.
    pub watch_states: u64,
    /// Statistics of the cache tiers.
    pub cache: Vec<TierStats>,
}

impl App {
    /// The current metrics.
    pub fn metrics(&self) -> Metrics {
        let (pending, running) = self.executor.queries();
        let (watches, watch_states) = self.watches.counts();
        Metrics {
            series: self.bars.catalog.len() as u64,
            missing_files: self.bars.catalog.missing_files(),
            queue_depth: self.write.depth() as u64,
            merges_pending: self.compactions.load(Relaxed) as u64,
            writer: self.writer_metrics.snapshot(),
            pool_pending: pending as u64,
            pool_running: running as u64,
            work_in_flight: self.executor.cost(),
            computed: self.compute.computed(),
            watches,
            watch_states,
            cache: self.user_cache.stats(),
        }
    }
}

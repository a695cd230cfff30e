//! Counters of the cache tiers.

use std::time::Duration;

/// The counters of one tier since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TierStats {
    /// `memory` or `redis`.
    pub name: &'static str,
    /// Hits.
    pub hits: u64,
    /// Misses.
    pub misses: u64,
    /// Commands that failed or timed out.
    pub errors: u64,
    /// Reads and writes that were given up or not tried: the tier is away, slower than computing the value, or too many
    /// values wait to be written.
    pub skipped: u64,
    /// Commands sent.
    pub calls: u64,
    /// The sum of their durations.
    pub waited: Duration,
    /// Whether the tier takes commands; false while its circuit is open.
    pub is_available: bool,
    /// How often the circuit opened.
    pub outages: u64,
    /// Current entries; 0 if the tier does not report them.
    pub entries: u64,
    /// Current bytes; 0 if the tier does not report them.
    pub bytes: u64,
}

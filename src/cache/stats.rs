//! Counters of the cache tiers.

/// The counters of one tier since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TierStats {
    /// `memory` or `redis`.
    pub name: &'static str,
    /// Hits.
    pub hits: u64,
    /// Misses.
    pub misses: u64,
    /// Calls that failed or timed out.
    pub errors: u64,
    /// Current entries; 0 if the tier does not report them.
    pub entries: u64,
    /// Current bytes; 0 if the tier does not report them.
    pub bytes: u64,
}

//! Counters of the tiers.

/// How one tier is doing since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TierStats {
    /// `memory` or `redis`.
    pub name: &'static str,
    /// Reads that found their entry.
    pub hits: u64,
    /// Reads that did not.
    pub misses: u64,
    /// Calls that failed or took too long.
    pub errors: u64,
    /// Entries held now; 0 when the tier does not tell.
    pub entries: u64,
    /// Bytes held now; 0 when the tier does not tell.
    pub bytes: u64,
}

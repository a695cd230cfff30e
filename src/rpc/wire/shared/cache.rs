//! Cache entries and counters between wire and domain.

use std::time::Duration;

use bytes::Bytes;

use crate::cache::TierStats;
use crate::rpc::proto::{CacheEntry, CacheTier};

impl From<CacheEntry> for (String, Bytes) {
    fn from(CacheEntry { key, value }: CacheEntry) -> Self {
        (key, value)
    }
}

impl From<(String, Bytes)> for CacheEntry {
    fn from((key, value): (String, Bytes)) -> Self {
        Self { key, value }
    }
}

impl From<TierStats> for CacheTier {
    fn from(tier: TierStats) -> Self {
        let TierStats { name, hits, misses, errors, skipped, entries, bytes, is_available, .. } = tier;
        Self { name: name.into(), hits, misses, errors, entries, bytes, skipped, available: is_available }
    }
}

/// A TTL; `None` means the default.
pub(in crate::rpc) fn ttl(ttl_ms: u64) -> Option<Duration> {
    (ttl_ms > 0).then(|| Duration::from_millis(ttl_ms))
}

//! The memory tier: bounded by bytes, a TTL per entry, single flight for concurrent computations of a key.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use bytes::Bytes;
use moka::Expiry;
use moka::future;

use super::stats::TierStats;

/// An error shared by all callers that waited for one computation.
pub type Shared<E> = Arc<E>;

#[derive(Clone)]
struct Entry {
    value: Bytes,
    ttl: Duration,
}

struct OwnTtl;

impl Expiry<String, Entry> for OwnTtl {
    fn expire_after_create(&self, _: &String, entry: &Entry, _: Instant) -> Option<Duration> {
        Some(entry.ttl)
    }

    fn expire_after_update(&self, _: &String, entry: &Entry, _: Instant, _: Option<Duration>) -> Option<Duration> {
        Some(entry.ttl)
    }
}

pub(super) struct Memory {
    entries: future::Cache<String, Entry>,
    hits: AtomicU64,
    misses: AtomicU64,
}

impl Memory {
    pub(super) fn new(bytes_max: u64) -> Self {
        let weight = |key: &String, entry: &Entry| u32::try_from(key.len() + entry.value.len()).unwrap_or(u32::MAX);
        let entries = future::Cache::builder().max_capacity(bytes_max).weigher(weight).expire_after(OwnTtl).build();
        Self { entries, hits: AtomicU64::new(0), misses: AtomicU64::new(0) }
    }

    pub(super) async fn get(&self, key: &str) -> Option<Bytes> {
        let found = self.entries.get(key).await.map(|entry| entry.value);
        self.count(found.is_some());
        found
    }

    pub(super) async fn put(&self, key: &str, value: Bytes, ttl: Duration) {
        self.entries.insert(key.into(), Entry { value, ttl }).await;
    }

    pub(super) async fn delete(&self, key: &str) {
        self.entries.invalidate(key).await;
    }

    pub(super) async fn get_or_make<E: Send + Sync + 'static>(
        &self,
        key: &str,
        ttl: Duration,
        make: impl Future<Output = Result<Bytes, E>>,
    ) -> Result<Bytes, Shared<E>> {
        let mut made = false;
        let make = async {
            made = true;
            Ok(Entry { value: make.await?, ttl })
        };
        let entry = self.entries.try_get_with_by_ref(key, make).await;
        self.count(!made);
        entry.map(|entry| entry.value)
    }

    pub(super) fn stats(&self) -> TierStats {
        TierStats {
            name: "memory",
            hits: self.hits.load(Relaxed),
            misses: self.misses.load(Relaxed),
            errors: 0,
            entries: self.entries.entry_count(),
            bytes: self.entries.weighted_size(),
        }
    }

    fn count(&self, hit: bool) {
        let counter = if hit { &self.hits } else { &self.misses };
        counter.fetch_add(1, Relaxed);
    }
}

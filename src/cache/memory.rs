//! The memory tier: bounded by bytes, a TTL per entry, single flight for concurrent computations of a key.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use bytes::Bytes;
use moka::Expiry;
use moka::future;

use super::stats::TierStats;
use super::value::Value;

/// An error shared by all callers that waited for one computation.
pub type Shared<E> = Arc<E>;

#[derive(Clone)]
struct Entry {
    content: Content,
    size: usize,
    ttl: Duration,
}

/// The content of an entry: bytes of a caller, or a computed value.
#[derive(Clone)]
enum Content {
    Bytes(Bytes),
    Value(Arc<dyn Any + Send + Sync>),
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

/// What an entry holds besides its key and its value, in bytes: nodes of the map, of the order of use and of the timers.
pub(super) const ENTRY_BYTES: usize = 512;

pub(super) struct Memory {
    entries: future::Cache<String, Entry>,
    hits: AtomicU64,
    misses: AtomicU64,
}

impl Memory {
    pub(super) fn new(bytes_max: u64) -> Self {
        let weight =
            |key: &String, entry: &Entry| u32::try_from(ENTRY_BYTES + key.len() + entry.size).unwrap_or(u32::MAX);
        let entries = future::Cache::builder().max_capacity(bytes_max).weigher(weight).expire_after(OwnTtl).build();
        Self { entries, hits: AtomicU64::new(0), misses: AtomicU64::new(0) }
    }

    pub(super) async fn get(&self, key: &str) -> Option<Bytes> {
        let found = self.entries.get(key).await.and_then(|entry| match entry.content {
            Content::Bytes(bytes) => Some(bytes),
            Content::Value(_) => None,
        });
        self.count(found.is_some());
        found
    }

    pub(super) async fn put(&self, key: &str, value: Bytes, ttl: Duration) {
        let entry = Entry { size: value.len(), content: Content::Bytes(value), ttl };
        self.entries.insert(key.into(), entry).await;
    }

    pub(super) async fn delete(&self, key: &str) {
        self.entries.invalidate(key).await;
    }

    pub(super) async fn get_or_make<V: Value, E: Send + Sync + 'static>(
        &self,
        key: &str,
        ttl: Duration,
        make: impl Future<Output = Result<V, E>>,
    ) -> Result<V, Shared<E>> {
        let mut made = false;
        let make = async {
            made = true;
            let value = make.await?;
            Ok(Entry { size: value.size(), content: Content::Value(Arc::new(value)), ttl })
        };
        let entry = self.entries.try_get_with_by_ref(key, make).await;
        self.count(!made);
        let value = |entry: Entry| match entry.content {
            Content::Value(value) => value.downcast_ref::<V>().cloned(),
            Content::Bytes(_) => None,
        };
        // Keys of callers' entries and of each kind of computed value have distinct prefixes.
        entry.map(|entry| value(entry).expect("a key is of one type"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn small_entries_count_with_what_they_hold() {
        let memory = Memory::new(1 << 20);
        for entry in 0..20_000 {
            memory.put(&format!("{entry}"), Bytes::from_static(b"x"), Duration::from_secs(60)).await;
        }
        memory.entries.run_pending_tasks().await;
        let TierStats { entries, bytes, .. } = memory.stats();
        assert!(entries <= (1 << 20) / ENTRY_BYTES as u64 && bytes <= 1 << 20, "{entries} entries, {bytes} bytes");
    }
}

//! The memory tier: bounded by bytes, a TTL per entry, single flight for concurrent computations of a key, quotas of
//! namespaces.

use std::any::Any;
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use moka::Expiry;
use moka::future;
use moka::ops::compute::Op;

use super::entry::{ENTRY_BYTES, EntryKey, Swap};
use super::error::Error;
use super::stats::TierStats;
use super::value::Value;

/// An error shared by all callers that waited for one computation.
pub type Shared<E> = Arc<E>;

#[derive(Clone)]
struct Entry {
    content: Content,
    size: usize,
    ttl: Duration,
    /// The namespace that counts this entry, and for how many bytes.
    counted: Option<(Arc<str>, u64)>,
}

impl Entry {
    fn bytes(&self) -> Option<&Bytes> {
        match &self.content {
            Content::Bytes(bytes) => Some(bytes),
            Content::Value(_) => None,
        }
    }
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

/// The bytes that each namespace holds. An entry is counted before it is inserted, and no longer once it is removed,
/// whether it was replaced, deleted, evicted or expired.
#[derive(Default)]
struct Usage(Mutex<HashMap<Arc<str>, u64>>);

impl Usage {
    /// Counts an entry that replaces one of `old` bytes. The old one stays counted until its removal is told.
    fn add(&self, namespace: &str, size: u64, old: u64, max: u64) -> Result<Arc<str>, Error> {
        let mut namespaces = self.lock();
        let held = namespaces.get_key_value(namespace).map(|(name, held)| (Arc::clone(name), *held));
        let (name, held) = held.unwrap_or_else(|| (namespace.into(), 0));
        let needed = (held - old.min(held)).saturating_add(size);
        if needed > max {
            return Err(Error::NamespaceFull { max, needed });
        }
        namespaces.insert(Arc::clone(&name), held + size);
        Ok(name)
    }

    fn remove(&self, namespace: &str, size: u64) {
        let mut namespaces = self.lock();
        let Some(held) = namespaces.get_mut(namespace) else { return };
        *held = held.saturating_sub(size);
        if *held == 0 {
            namespaces.remove(namespace);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a write of an entry expects there.
#[derive(Debug, Clone, Copy)]
pub(super) enum Expected<'a> {
    Anything,
    Exactly(Option<&'a [u8]>),
}

/// The counters of writes, one of several for each key.
const WRITES: usize = 256;

pub(super) struct Memory {
    entries: future::Cache<String, Entry>,
    usage: Arc<Usage>,
    hits: AtomicU64,
    misses: AtomicU64,
    /// Changes of entries whose keys share a counter; see `copy`.
    writes: [AtomicU64; WRITES],
    hasher: RandomState,
}

impl Memory {
    pub(super) fn new(bytes_max: u64) -> Self {
        let weight =
            |key: &String, entry: &Entry| u32::try_from(ENTRY_BYTES + key.len() + entry.size).unwrap_or(u32::MAX);
        let usage = Arc::new(Usage::default());
        let counting = Arc::clone(&usage);
        let removed = move |_, entry: Entry, _| {
            if let Some((namespace, size)) = entry.counted {
                counting.remove(&namespace, size);
            }
        };
        let entries = future::Cache::builder().max_capacity(bytes_max).weigher(weight).expire_after(OwnTtl);
        let (zero, hasher) = (|| AtomicU64::new(0), RandomState::new());
        let writes = std::array::from_fn(|_| zero());
        let entries = entries.eviction_listener(removed).build();
        Self { entries, usage, hits: zero(), misses: zero(), writes, hasher }
    }

    pub(super) async fn get(&self, key: &str) -> Option<Bytes> {
        let found = self.entries.get(key).await.and_then(|entry| entry.bytes().cloned());
        self.count(found.is_some());
        found
    }

    /// Writes an entry that is nowhere else, if its namespace has room and it holds what is expected.
    pub(super) async fn write(
        &self,
        key: &EntryKey,
        (value, ttl): (Bytes, Duration),
        namespace_bytes_max: u64,
        expected: Expected<'_>,
    ) -> Result<Swap, Error> {
        let first = self.try_write(key, (value.clone(), ttl), namespace_bytes_max, expected).await;
        if !matches!(first, Err(Error::NamespaceFull { .. })) {
            return first;
        }
        // Expired entries are counted until they are removed.
        self.entries.run_pending_tasks().await;
        self.try_write(key, (value, ttl), namespace_bytes_max, expected).await
    }

    async fn try_write(
        &self,
        key: &EntryKey,
        (value, ttl): (Bytes, Duration),
        namespace_bytes_max: u64,
        expected: Expected<'_>,
    ) -> Result<Swap, Error> {
        let counted = key.counted_bytes(&value);
        let mut outcome = Ok(Swap::Stored);
        // Writes of one key follow each other.
        let write = |held: Option<moka::Entry<String, Entry>>| {
            let held = held.map(moka::Entry::into_value);
            let bytes = held.as_ref().and_then(Entry::bytes);
            let op = match expected {
                Expected::Exactly(expected) if bytes.map(|bytes| &bytes[..]) != expected => {
                    outcome = Ok(Swap::Mismatch(bytes.cloned()));
                    Op::Nop
                }
                _ => {
                    let old = held.as_ref().and_then(|entry| entry.counted.as_ref()).map_or(0, |(_, size)| *size);
                    match self.usage.add(key.namespace(), counted, old, namespace_bytes_max) {
                        Ok(namespace) => {
                            let (size, content) = (value.len(), Content::Bytes(value));
                            Op::Put(Entry { size, content, ttl, counted: Some((namespace, counted)) })
                        }
                        Err(error) => {
                            outcome = Err(error);
                            Op::Nop
                        }
                    }
                }
            };
            std::future::ready(op)
        };
        self.entries.entry(key.name()).and_compute_with(write).await;
        outcome
    }

    /// The number of changes of entries such as this one, for `copy`.
    pub(super) fn writes(&self, key: &str) -> u64 {
        self.counter(key).load(Relaxed)
    }

    /// Holds a copy of an entry for a while, unless an entry such as this one was changed since `writes` was read: a slow
    /// reader must not put an older value over a newer one. A change is counted itself.
    pub(super) async fn copy(&self, key: &str, (value, ttl): (Bytes, Duration), writes: u64, is_change: bool) {
        let copy = |held: Option<moka::Entry<String, Entry>>| {
            let counter = self.counter(key);
            let is_newest = counter.load(Relaxed) == writes;
            counter.fetch_add(is_change.into(), Relaxed);
            std::future::ready(match (is_newest, is_change) {
                (true, _) => {
                    let (size, content) = (value.len(), Content::Bytes(value));
                    Op::Put(Entry { size, content, ttl, counted: None })
                }
                // Which of two changes at the same time was the last one, Redis knows.
                (false, true) if held.is_some() => Op::Remove,
                (false, _) => Op::Nop,
            })
        };
        self.entries.entry_by_ref(key).and_compute_with(copy).await;
    }

    /// Removes an entry, which counts as a change.
    pub(super) async fn delete(&self, key: &str) {
        let remove = |held: Option<moka::Entry<String, Entry>>| {
            self.counter(key).fetch_add(1, Relaxed);
            std::future::ready(if held.is_some() { Op::Remove } else { Op::Nop })
        };
        self.entries.entry_by_ref(key).and_compute_with(remove).await;
    }

    fn counter(&self, key: &str) -> &AtomicU64 {
        &self.writes[self.hasher.hash_one(key) as usize % WRITES]
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
            Ok(Entry { size: value.size(), content: Content::Value(Arc::new(value)), ttl, counted: None })
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
            entries: self.entries.entry_count(),
            bytes: self.entries.weighted_size(),
            is_available: true,
            ..TierStats::default()
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
            let value = (Bytes::from_static(b"x"), Duration::from_secs(60));
            memory.copy(&format!("{entry}"), value, memory.writes(&format!("{entry}")), false).await;
        }
        memory.entries.run_pending_tasks().await;
        let TierStats { entries, bytes, .. } = memory.stats();
        assert!(entries <= (1 << 20) / ENTRY_BYTES as u64 && bytes <= 1 << 20, "{entries} entries, {bytes} bytes");
    }
}

//! A bounded, memory-only cache of values by key.

use std::borrow::Borrow;
use std::hash::Hash;

use moka::sync;

use super::entry::ENTRY_BYTES;

/// Cached values; the least used are evicted first.
pub struct Memo<V, K = String>(sync::Cache<K, (u32, V)>);

impl<V, K> Memo<V, K>
where
    V: Clone + Send + Sync + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// A cache of at most this many bytes.
    pub fn new(bytes_max: u64) -> Self {
        let weight = |_: &K, (bytes, _): &(u32, V)| *bytes;
        Self(sync::Cache::builder().max_capacity(bytes_max).weigher(weight).build())
    }

    /// The value cached under a key.
    pub fn get<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.0.get(key).map(|(_, value)| value)
    }

    /// Caches a value, replacing the previous one. `bytes` is about the size of key and value.
    pub fn put(&self, key: K, bytes: usize, value: V) {
        self.0.insert(key, (u32::try_from(ENTRY_BYTES + bytes).unwrap_or(u32::MAX), value));
    }
}

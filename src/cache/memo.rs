//! A bounded, memory-only cache of values by key.

use moka::sync;

/// Cached values; the least used are evicted first.
pub struct Memo<V>(sync::Cache<String, (u32, V)>);

impl<V: Clone + Send + Sync + 'static> Memo<V> {
    /// A cache of at most this many bytes.
    pub fn new(bytes_max: u64) -> Self {
        let weight = |key: &String, (bytes, _): &(u32, V)| bytes.saturating_add(key.len() as u32);
        Self(sync::Cache::builder().max_capacity(bytes_max).weigher(weight).build())
    }

    /// The value cached under a key.
    pub fn get(&self, key: &str) -> Option<V> {
        self.0.get(key).map(|(_, value)| value)
    }

    /// Caches a value of about this many bytes, replacing the previous one.
    pub fn put(&self, key: String, bytes: usize, value: V) {
        self.0.insert(key, (u32::try_from(bytes).unwrap_or(u32::MAX), value));
    }
}

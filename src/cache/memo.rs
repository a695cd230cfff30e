//! Things that are kept in memory only, under a key, while there is room for them.

use moka::sync;

/// Kept things; the ones least used make room for others.
pub struct Memo<V>(sync::Cache<String, (u32, V)>);

impl<V: Clone + Send + Sync + 'static> Memo<V> {
    /// Room for things of so many bytes together.
    pub fn new(bytes_max: u64) -> Self {
        let weight = |key: &String, (bytes, _): &(u32, V)| bytes.saturating_add(key.len() as u32);
        Self(sync::Cache::builder().max_capacity(bytes_max).weigher(weight).build())
    }

    /// What is kept under a key.
    pub fn get(&self, key: &str) -> Option<V> {
        self.0.get(key).map(|(_, value)| value)
    }

    /// Keeps a thing of about so many bytes in the place of the one before.
    pub fn put(&self, key: String, bytes: usize, value: V) {
        self.0.insert(key, (u32::try_from(bytes).unwrap_or(u32::MAX), value));
    }
}

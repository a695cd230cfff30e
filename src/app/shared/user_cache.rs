//! The user cache: bytes under a key in a namespace.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::try_join_all;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::app::{Error, Limits};
use crate::cache::{self, Cache, EntryKey, Swap, TierStats};
use crate::series::Symbol;

/// The maximum length of a key, in bytes.
const KEY_BYTES_MAX: usize = 256;
/// How many entries of one call are read concurrently.
const AT_ONCE: usize = 32;

/// Entries that callers read and write.
pub struct UserCache {
    cache: Arc<Cache>,
    limits: Arc<Limits>,
}

impl UserCache {
    pub(crate) fn new(cache: Arc<Cache>, limits: Arc<Limits>) -> Self {
        Self { cache, limits }
    }

    /// Reads an entry.
    pub async fn get(&self, namespace: &str, key: &str) -> Result<Bytes, Error> {
        let found = self.cache.get(&entry_key(namespace, key)?).await?;
        found.ok_or_else(|| Error::NoEntry { namespace: namespace.into(), key: key.into() })
    }

    /// Writes an entry.
    pub async fn put(&self, namespace: &str, key: &str, value: Bytes, ttl: Option<Duration>) -> Result<(), Error> {
        let key = entry_key(namespace, key)?;
        self.value_fits(&value)?;
        self.cache.put(&key, value, ttl).await.map_err(refused)
    }

    /// Writes an entry if it holds the expected value; `None` stands for no entry.
    pub async fn compare_and_set(
        &self,
        namespace: &str,
        key: &str,
        expected: Option<Bytes>,
        value: Bytes,
        ttl: Option<Duration>,
    ) -> Result<Swap, Error> {
        let key = entry_key(namespace, key)?;
        expected.iter().chain([&value]).try_for_each(|value| self.value_fits(value))?;
        self.cache.compare_and_set(&key, expected.as_deref(), value, ttl).await.map_err(refused)
    }

    /// Reads the existing entries, in the order of the keys.
    pub async fn get_many(&self, namespace: &str, keys: &[String]) -> Result<Vec<(String, Bytes)>, Error> {
        self.count_fits("keys", keys.len())?;
        let named = keys.iter().map(|key| entry_key(namespace, key)).collect::<Result<Vec<_>, _>>()?;
        // A few at a time, so that reading stops once the answer exceeds its limit.
        let reads: Vec<_> = named.iter().map(|key| self.cache.get(key)).collect();
        let mut values = stream::iter(reads).buffered(AT_ONCE);
        let (max, mut needed) = (self.limits.answer_bytes_max as u64, 0);
        let mut found = Vec::with_capacity(keys.len());
        for key in keys {
            let Some(value) = values.try_next().await?.flatten() else { continue };
            needed += (key.len() + value.len()) as u64;
            if needed > max {
                return Err(Error::TooMuch {
                    limit: "answer_bytes_max",
                    max,
                    needed,
                    hint: Some("request fewer keys"),
                });
            }
            found.push((key.clone(), value));
        }
        Ok(found)
    }

    /// Writes entries. If one is invalid, none is written; if the namespace is full, some may be written.
    pub async fn put_many(
        &self,
        namespace: &str,
        entries: Vec<(String, Bytes)>,
        ttl: Option<Duration>,
    ) -> Result<(), Error> {
        self.count_fits("entries", entries.len())?;
        let mut named = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            self.value_fits(&value)?;
            named.push((entry_key(namespace, &key)?, value));
        }
        let puts = named.iter().map(|(key, value)| self.cache.put(key, value.clone(), ttl));
        try_join_all(puts).await.map(drop).map_err(refused)
    }

    /// Deletes an entry, if it exists.
    pub async fn delete(&self, namespace: &str, key: &str) -> Result<(), Error> {
        Ok(self.cache.delete(&entry_key(namespace, key)?).await?)
    }

    /// Waits until what is computed is written to Redis, for the timeout of a Redis call at most.
    pub(crate) async fn flush(&self) {
        self.cache.flush().await;
    }

    /// The statistics of the cache tiers.
    pub fn stats(&self) -> Vec<TierStats> {
        self.cache.stats()
    }

    fn value_fits(&self, value: &Bytes) -> Result<(), Error> {
        let (max, needed) = (self.limits.cache_value_bytes_max as u64, value.len() as u64);
        if needed > max {
            return Err(Error::TooMuch { limit: "cache_value_bytes_max", max, needed, hint: None });
        }
        Ok(())
    }

    fn count_fits(&self, field: &'static str, given: usize) -> Result<(), Error> {
        let max = self.limits.cache_entries_max;
        if given == 0 || given > max {
            let expected = format!("between 1 and {max} {field}");
            return Err(Error::Field { field, expected, given: given.to_string() });
        }
        Ok(())
    }
}

/// The error of a write.
fn refused(error: cache::Error) -> Error {
    match error {
        cache::Error::NamespaceFull { max, needed } => Error::TooMuch {
            limit: "cache_namespace_bytes_max",
            max,
            needed,
            hint: Some("delete entries of the namespace, or let them expire"),
        },
        error => error.into(),
    }
}

/// The key of a user's entry.
fn entry_key(namespace: &str, key: &str) -> Result<EntryKey, Error> {
    // A namespace has the characters of a symbol, so no braces.
    if namespace.parse::<Symbol>().is_err() {
        let expected = format!("1 to {} of {}", Symbol::BYTES_MAX, Symbol::CHARACTERS);
        return Err(Error::Field { field: "namespace", expected, given: shown(namespace) });
    }
    if key.is_empty() || key.len() > KEY_BYTES_MAX {
        let expected = format!("1 to {KEY_BYTES_MAX} bytes");
        return Err(Error::Field { field: "key", expected, given: format!("{} bytes", key.len()) });
    }
    Ok(EntryKey::new(namespace, key))
}

/// Shortens a text for an error message.
fn shown(text: &str) -> String {
    format!("{:?}", text.chars().take(80).collect::<String>())
}

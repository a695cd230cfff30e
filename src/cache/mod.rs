//! Floor 3, storage: bytes under a key, with a TTL. Memory first, then Redis if configured.
//!
//! Values depend only on their keys, so correctness never depends on the cache. Entries may vanish at any time, and a
//! value from Redis is used only if its MAC proves that one of our servers wrote it for this key. A slow or unreachable
//! Redis costs time, never an answer.

mod entry;
mod envelope;
mod error;
mod key;
mod memo;
mod memory;
mod redis;
mod stats;
mod value;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

pub use entry::{EntryKey, Swap};
pub use error::Error;
pub use key::Key;
pub use memo::Memo;
pub use memory::Shared;
pub use redis::{RedisConfig, Topology};
pub use stats::TierStats;
pub use value::Value;

use self::memory::{Expected, Memory};
use self::redis::{Entry, Redis};

/// The configuration of the cache.
#[derive(Debug, Clone)]
pub struct Config {
    /// The maximum bytes of all entries in memory.
    pub memory_bytes_max: u64,
    /// Redis; without it the cache is memory only.
    pub redis: Option<RedisConfig>,
    /// The key that authenticates values in Redis; required if Redis is configured. Servers with the same key share
    /// values.
    pub key: Option<Key>,
    /// The maximum bytes of an entry that others may write too; a larger one in Redis counts as missing.
    pub entry_bytes_max: usize,
    /// The maximum bytes of the entries of a namespace: keys, values, and 512 for each entry.
    pub namespace_bytes_max: u64,
    /// The default TTL.
    pub ttl: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            memory_bytes_max: 256 << 20,
            redis: None,
            key: None,
            entry_bytes_max: 1 << 20,
            namespace_bytes_max: 64 << 20,
            ttl: Duration::from_secs(3600),
        }
    }
}

/// Which tiers an entry uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tiers {
    /// Memory only: recomputing is faster than a round trip to Redis.
    Memory,
    /// Memory, then Redis, unless Redis takes longer than computing the value, which is estimated to take this long.
    All(Duration),
}

/// With Redis configured, others may write the same key: the maximum staleness of its copy in memory.
const SHARED_AGE_MAX: Duration = Duration::from_secs(1);

/// The cache.
pub struct Cache {
    config: Config,
    memory: Memory,
    redis: Option<Arc<Redis>>,
}

impl Cache {
    /// Opens the cache. Does not connect to Redis yet, so it may be down; its settings and files must be valid, and a key
    /// is required.
    pub fn open(mut config: Config) -> Result<Self, Error> {
        let redis = config.redis.take().map(|redis| {
            let key = config.key.clone().ok_or(Error::NoKey)?;
            Redis::new(redis, key).map(Arc::new)
        });
        let redis = redis.transpose()?;
        Ok(Self { memory: Memory::new(config.memory_bytes_max), redis, config })
    }

    /// Reads an entry that others may write too. Fails if memory has none and Redis is unreachable.
    pub async fn get(&self, key: &EntryKey) -> Result<Option<Bytes>, Error> {
        let name = key.name();
        if let Some(value) = self.memory.get(&name).await {
            return Ok(Some(value));
        }
        let Some(redis) = &self.redis else { return Ok(None) };
        let writes = self.memory.writes(&name);
        let found = redis.get(&name, self.config.entry_bytes_max).await?;
        if let Some(value) = &found {
            self.memory.copy(&name, (value.clone(), SHARED_AGE_MAX), writes, false).await;
        }
        Ok(found)
    }

    /// Writes an entry that others may write too. Fails if its namespace is full or Redis is unreachable.
    pub async fn put(&self, key: &EntryKey, value: Bytes, ttl: Option<Duration>) -> Result<(), Error> {
        self.write(key, value, ttl, Expected::Anything).await.map(drop)
    }

    /// Writes an entry if it holds the expected value; `None` stands for no entry. Atomic among all writers of the entry.
    pub async fn compare_and_set(
        &self,
        key: &EntryKey,
        expected: Option<&[u8]>,
        value: Bytes,
        ttl: Option<Duration>,
    ) -> Result<Swap, Error> {
        self.write(key, value, ttl, Expected::Exactly(expected)).await
    }

    async fn write(
        &self,
        key: &EntryKey,
        value: Bytes,
        ttl: Option<Duration>,
        expected: Expected<'_>,
    ) -> Result<Swap, Error> {
        let (ttl, namespace_bytes_max) = (ttl.unwrap_or(self.config.ttl), self.config.namespace_bytes_max);
        let Some(redis) = &self.redis else {
            return self.memory.write(key, (value, ttl), namespace_bytes_max, expected).await;
        };
        let name = key.name();
        let writes = self.memory.writes(&name);
        let entry = Entry { key, value: &value, ttl, namespace_bytes_max };
        let written = match expected {
            Expected::Anything => redis.write(entry).await.map(|()| Swap::Stored),
            Expected::Exactly(expected) => redis.swap(entry, expected, self.config.entry_bytes_max).await,
        };
        match &written {
            Ok(Swap::Stored) => self.memory.copy(&name, (value, ttl.min(SHARED_AGE_MAX)), writes, true).await,
            // It may be written even so, if the answer was lost.
            _ => self.memory.delete(&name).await,
        }
        written
    }

    /// Deletes an entry.
    pub async fn delete(&self, key: &EntryKey) -> Result<(), Error> {
        let deleted = match &self.redis {
            Some(redis) => redis.delete(key).await,
            None => Ok(()),
        };
        self.memory.delete(&key.name()).await;
        deleted
    }

    /// Reads a value that its key determines, or computes and stores it. Concurrent calls for the same key compute once
    /// (single flight). Memory holds the value itself, Redis its encoding; what does not decode, or what `fits`
    /// rejects, is recomputed. An unreachable Redis is not an error here, and costs no time.
    pub async fn get_or_make<V: Value, E>(
        &self,
        key: &str,
        tiers: Tiers,
        fits: impl Fn(&V) -> bool,
        make: impl Future<Output = Result<V, E>>,
    ) -> Result<V, Shared<E>>
    where
        E: Send + Sync + 'static,
    {
        let behind = async {
            let (Some(redis), Tiers::All(made_in)) = (&self.redis, tiers) else { return make.await };
            if let Some(bytes) = redis.fetch(key, made_in).await
                && let Some(value) = V::decode(&bytes).filter(fits)
            {
                return Ok(value);
            }
            let value = make.await?;
            redis.store(key, &value, self.config.ttl);
            Ok(value)
        };
        self.memory.get_or_make(key, self.config.ttl, behind).await
    }

    /// Waits until computed values are written to Redis, for the timeout of a Redis call at most.
    pub async fn flush(&self) {
        if let Some(redis) = &self.redis {
            redis.flush().await;
        }
    }

    /// The counters of the tiers, in lookup order.
    pub fn stats(&self) -> Vec<TierStats> {
        std::iter::once(self.memory.stats()).chain(self.redis.as_ref().map(|redis| redis.stats())).collect()
    }
}

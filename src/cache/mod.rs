//! Floor 3, storage: bytes under a key, with a TTL. Memory first, then Redis if configured.
//!
//! Values depend only on their keys, so correctness never depends on the cache. Entries may vanish at any time, and a
//! value from Redis is used only if its MAC proves that one of our servers wrote it for this key. A slow or unreachable
//! Redis costs time, never an answer.

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
mod fuzz;
#[cfg(test)]
mod tests;

use std::fmt;
use std::time::Duration;

use bytes::Bytes;

pub use error::Error;
pub use key::Key;
pub use memo::Memo;
pub use memory::Shared;
pub use stats::TierStats;
pub use value::Value;

use self::memory::Memory;
use self::redis::Redis;

/// The configuration of the cache. Its `Debug` does not show the address of Redis, which may hold a password.
#[derive(Clone)]
pub struct Config {
    /// The maximum bytes of all entries in memory.
    pub memory_bytes_max: u64,
    /// The address of Redis, as in `redis://127.0.0.1:6379`; without one the cache is memory only.
    pub redis: Option<String>,
    /// The timeout of one Redis call.
    pub redis_timeout: Duration,
    /// The key that authenticates values in Redis; required if Redis is configured. Servers with the same key share
    /// values.
    pub key: Option<Key>,
    /// The maximum bytes of a computed value that is written to or read from Redis.
    pub redis_value_bytes_max: usize,
    /// The maximum bytes of an entry that others may write too; a larger one in Redis counts as missing.
    pub entry_bytes_max: usize,
    /// The default TTL.
    pub ttl: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            memory_bytes_max: 256 << 20,
            redis: None,
            redis_timeout: Duration::from_millis(100),
            key: None,
            redis_value_bytes_max: 1 << 20,
            entry_bytes_max: 1 << 20,
            ttl: Duration::from_secs(3600),
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { memory_bytes_max, redis, redis_timeout, key, redis_value_bytes_max, entry_bytes_max, ttl } = self;
        f.debug_struct("Config")
            .field("memory_bytes_max", memory_bytes_max)
            .field("redis", &redis.as_ref().map(|_| ".."))
            .field("redis_timeout", redis_timeout)
            .field("key", key)
            .field("redis_value_bytes_max", redis_value_bytes_max)
            .field("entry_bytes_max", entry_bytes_max)
            .field("ttl", ttl)
            .finish()
    }
}

/// Which tiers an entry uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tiers {
    /// Memory only: recomputing is faster than a round trip to Redis.
    Memory,
    /// Memory, then Redis.
    All,
}

/// With Redis configured, others may write the same key: the maximum staleness of its copy in memory.
const SHARED_AGE_MAX: Duration = Duration::from_secs(1);

/// The cache.
pub struct Cache {
    config: Config,
    memory: Memory,
    redis: Option<Redis>,
}

impl Cache {
    /// Opens the cache. Does not connect to Redis yet, so it may be down; its address must be valid, and a key is
    /// required.
    pub fn open(config: Config) -> Result<Self, Error> {
        let connect = |address| {
            let key = config.key.clone().ok_or(Error::NoKey)?;
            Redis::new(address, key, config.redis_timeout)
        };
        let redis = config.redis.as_deref().map(connect).transpose()?;
        Ok(Self { memory: Memory::new(config.memory_bytes_max), redis, config })
    }

    /// Reads an entry that others may write too. Fails if memory has none and Redis is unreachable.
    pub async fn get(&self, key: &str) -> Result<Option<Bytes>, Error> {
        if let Some(value) = self.memory.get(key).await {
            return Ok(Some(value));
        }
        let Some(redis) = &self.redis else { return Ok(None) };
        let found = redis.get(key, self.config.entry_bytes_max).await?;
        if let Some(value) = &found {
            self.memory.put(key, value.clone(), SHARED_AGE_MAX).await;
        }
        Ok(found)
    }

    /// Writes an entry that others may write too.
    pub async fn put(&self, key: &str, value: Bytes, ttl: Option<Duration>) -> Result<(), Error> {
        let ttl = ttl.unwrap_or(self.config.ttl);
        let Some(redis) = &self.redis else {
            self.memory.put(key, value, ttl).await;
            return Ok(());
        };
        self.memory.put(key, value.clone(), ttl.min(SHARED_AGE_MAX)).await;
        redis.put(key, &value, ttl).await
    }

    /// Deletes an entry.
    pub async fn delete(&self, key: &str) -> Result<(), Error> {
        self.memory.delete(key).await;
        match &self.redis {
            Some(redis) => redis.delete(key).await,
            None => Ok(()),
        }
    }

    /// Reads a value that its key determines, or computes and stores it. Concurrent calls for the same key compute once
    /// (single flight). Memory holds the value itself, Redis its encoding; what does not decode, or what `fits`
    /// rejects, is recomputed. An unreachable Redis is not an error here.
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
            let redis = self.redis.as_ref().filter(|_| tiers == Tiers::All);
            let Some(redis) = redis else { return make.await };
            if let Ok(Some(bytes)) = redis.get(key, self.config.redis_value_bytes_max).await
                && let Some(value) = V::decode(&bytes).filter(fits)
            {
                return Ok(value);
            }
            let value = make.await?;
            // Encoded, it is a little larger; what exceeds the limit would be written and never read.
            let max = self.config.redis_value_bytes_max;
            let bytes = (value.size() <= max).then(|| value.encode()).filter(|bytes| bytes.len() <= max);
            if let Some(bytes) = bytes {
                // The value is right with or without Redis; the counters show failures.
                let _ = redis.put(key, &bytes, self.config.ttl).await;
            }
            Ok(value)
        };
        self.memory.get_or_make(key, self.config.ttl, behind).await
    }

    /// The counters of the tiers, in lookup order.
    pub fn stats(&self) -> Vec<TierStats> {
        std::iter::once(self.memory.stats()).chain(self.redis.as_ref().map(Redis::stats)).collect()
    }
}

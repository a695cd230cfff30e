//! Floor 3, keeping: bytes under a key, for a while. Memory in front, Redis behind it when there is one.
//!
//! Never decides whether a value is true: the key does. An entry may vanish at any time, and what Redis gives back is
//! used only when one of our servers has written it for this key, which a MAC tells. Redis down or slow costs time, never
//! an answer.

mod envelope;
mod error;
mod key;
mod memo;
mod memory;
mod redis;
mod stats;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;

use std::time::Duration;

use bytes::Bytes;

pub use error::Error;
pub use key::Key;
pub use memo::Memo;
pub use memory::Shared;
pub use stats::TierStats;

use self::memory::Memory;
use self::redis::Redis;

/// How the cache is kept.
#[derive(Debug, Clone)]
pub struct Config {
    /// The most bytes of all entries in memory.
    pub memory_bytes_max: u64,
    /// The address of Redis, as in `redis://127.0.0.1:6379`; without one there is memory only.
    pub redis: Option<String>,
    /// The longest wait for one answer of Redis.
    pub redis_timeout: Duration,
    /// What values in Redis are authenticated with; needed when there is one. Servers read each other's values when they
    /// have the same.
    pub key: Option<Key>,
    /// The most bytes of a computed value that goes to Redis, or is read from there.
    pub redis_value_bytes_max: usize,
    /// The most bytes of an entry that others may write too; a larger one in Redis is none.
    pub entry_bytes_max: usize,
    /// How long entries are kept that do not say it themselves.
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

/// Where an entry is looked for and kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tiers {
    /// In memory only: it is made again sooner than Redis answers.
    Memory,
    /// In memory, then in Redis.
    All,
}

/// With Redis behind, others may write the same key: what memory holds of it may be so old and no older.
const SHARED_AGE_MAX: Duration = Duration::from_secs(1);

/// The cache.
pub struct Cache {
    config: Config,
    memory: Memory,
    redis: Option<Redis>,
}

impl Cache {
    /// The cache of this configuration. Redis is not asked yet, so it may be away; its address must be one, and there
    /// must be a key.
    pub fn open(config: Config) -> Result<Self, Error> {
        let connect = |address| {
            let key = config.key.clone().ok_or(Error::NoKey)?;
            Redis::new(address, key, config.redis_timeout)
        };
        let redis = config.redis.as_deref().map(connect).transpose()?;
        Ok(Self { memory: Memory::new(config.memory_bytes_max), redis, config })
    }

    /// Reads an entry that others may write too. An error says that memory has none and Redis is away.
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

    /// Reads an entry whose key says all that its value depends on, or makes and keeps it. Equal keys at the same time
    /// are made once. Redis being away is not an error here.
    pub async fn get_or_make<E>(
        &self,
        key: &str,
        tiers: Tiers,
        make: impl Future<Output = Result<Bytes, E>>,
    ) -> Result<Bytes, Shared<E>>
    where
        E: Send + Sync + 'static,
    {
        let behind = async {
            let redis = self.redis.as_ref().filter(|_| tiers == Tiers::All);
            let Some(redis) = redis else { return make.await };
            if let Ok(Some(value)) = redis.get(key, self.config.redis_value_bytes_max).await {
                return Ok(value);
            }
            let value = make.await?;
            if value.len() <= self.config.redis_value_bytes_max {
                // The answer is right with or without Redis; its figures tell when it is away.
                let _ = redis.put(key, &value, self.config.ttl).await;
            }
            Ok(value)
        };
        self.memory.get_or_make(key, self.config.ttl, behind).await
    }

    /// How the tiers are doing, in the order they are asked.
    pub fn stats(&self) -> Vec<TierStats> {
        std::iter::once(self.memory.stats()).chain(self.redis.as_ref().map(Redis::stats)).collect()
    }
}

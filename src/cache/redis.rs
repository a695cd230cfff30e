//! The Redis tier: short timeouts, and a circuit breaker that skips Redis for a while after a failure.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use bytes::Bytes;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, Cmd, FromRedisValue};
use tokio::sync::Mutex;

use super::envelope;
use super::error::Error;
use super::key::Key;
use super::stats::TierStats;

/// How long the circuit stays open after a failure.
const PAUSE: Duration = Duration::from_secs(1);

/// The Redis error for a key that holds another type than a string.
const WRONG_TYPE: &str = "WRONGTYPE";

pub(super) struct Redis {
    client: Client,
    key: Key,
    timeout: Duration,
    /// Connected at the first call, and reconnected after a failover.
    manager: Mutex<Option<ConnectionManager>>,
    started: Instant,
    /// Milliseconds since `started` until which the circuit stays open.
    paused_until: AtomicU64,
    hits: AtomicU64,
    misses: AtomicU64,
    errors: AtomicU64,
}

impl Redis {
    pub(super) fn new(address: &str, key: Key, timeout: Duration) -> Result<Self, Error> {
        let client =
            Client::open(address).map_err(|source| Error::Address { given: without_credentials(address), source })?;
        let zero = || AtomicU64::new(0);
        let (started, manager) = (Instant::now(), Mutex::new(None));
        Ok(Self {
            client,
            key,
            timeout,
            manager,
            started,
            paused_until: zero(),
            hits: zero(),
            misses: zero(),
            errors: zero(),
        })
    }

    /// Reads an entry. An entry not sealed with our key for this name counts as missing, and so does one of more than
    /// `bytes_max`.
    pub(super) async fn get(&self, name: &str, bytes_max: usize) -> Result<Option<Bytes>, Error> {
        // Anyone may store 512 MiB there, so the read is limited to the largest valid value. A truncated value fails
        // authentication, and a missing one is empty.
        let last = bytes_max.saturating_add(envelope::OVERHEAD_BYTES_MAX - 1).min(isize::MAX as usize);
        let sealed: Result<Vec<u8>, _> = self.call(Cmd::getrange(name, 0, last as isize)).await;
        let found = match sealed {
            Ok(sealed) => Ok(envelope::open(&self.key, name, sealed.into())),
            Err(Error::Refused(error)) if error.code() == Some(WRONG_TYPE) => Ok(None),
            Err(error) => Err(error),
        };
        let counter = if matches!(found, Ok(Some(_))) { &self.hits } else { &self.misses };
        counter.fetch_add(1, Relaxed);
        found
    }

    pub(super) async fn put(&self, name: &str, value: &[u8], ttl: Duration) -> Result<(), Error> {
        let mut command = Cmd::set(name, envelope::seal(&self.key, name, value));
        command.arg("PX").arg(u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX).clamp(1, i64::MAX as u64 / 2));
        self.call(command).await
    }

    pub(super) async fn delete(&self, name: &str) -> Result<(), Error> {
        self.call(Cmd::del(name)).await
    }

    pub(super) fn stats(&self) -> TierStats {
        let (hits, misses) = (self.hits.load(Relaxed), self.misses.load(Relaxed));
        TierStats { name: "redis", hits, misses, errors: self.errors.load(Relaxed), entries: 0, bytes: 0 }
    }

    async fn call<T: FromRedisValue>(&self, command: Cmd) -> Result<T, Error> {
        let now = self.started.elapsed();
        if now < Duration::from_millis(self.paused_until.load(Relaxed)) {
            self.errors.fetch_add(1, Relaxed);
            return Err(Error::Away);
        }
        let answer = async { Ok(command.query_async(&mut self.connection().await?).await?) };
        let result = tokio::time::timeout(self.timeout, answer).await.unwrap_or(Err(Error::Slow(self.timeout)));
        if let Err(error) = &result {
            self.failed(error).await;
        }
        result
    }

    async fn connection(&self) -> Result<ConnectionManager, Error> {
        let mut manager = self.manager.lock().await;
        if manager.is_none() {
            let config = ConnectionManagerConfig::new()
                .set_connection_timeout(Some(self.timeout))
                .set_response_timeout(Some(self.timeout))
                .set_number_of_retries(1);
            *manager = Some(self.client.get_connection_manager_with_config(config).await?);
        }
        Ok(manager.clone().expect("made above"))
    }

    async fn failed(&self, error: &Error) {
        let code = match error {
            Error::Refused(error) => error.code(),
            _ => None,
        };
        if code == Some(WRONG_TYPE) {
            return;
        }
        self.errors.fetch_add(1, Relaxed);
        // A full server can still be read.
        if code == Some("OOM") {
            return;
        }
        // After a failover the manager would keep writing to a read-only server: a new one resolves the address again.
        *self.manager.lock().await = None;
        if code == Some("READONLY") {
            return;
        }
        let until = self.started.elapsed() + PAUSE;
        let before = self.paused_until.swap(until.as_millis() as u64, Relaxed);
        if before == 0 || self.started.elapsed() > Duration::from_millis(before) + PAUSE {
            tracing::warn!(%error, "redis is unreachable");
        }
    }
}

/// An address for messages: user and password are left out.
fn without_credentials(address: &str) -> String {
    match (address.split_once("://"), address.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://***@{host}"),
        (None, Some((_, host))) => format!("***@{host}"),
        (_, None) => address.into(),
    }
}

//! The Redis tier: what is read and written there, for how long a call waits for it, and what its errors mean. The protocol
//! is that of the crate `redis`.
//!
//! A call that must know (an entry of a user) waits for the timeout at most. A computed answer waits no longer than
//! computing it takes, and is written behind its caller's back. While the circuit is open, nothing waits.

mod circuit;
mod config;
mod connect;
mod pace;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use bytes::Bytes;
use redis::{Cmd, ErrorKind, FromRedisValue, RedisError, ServerErrorKind};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use self::circuit::{Circuit, Lent};
use self::connect::Connector;
use self::pace::Pace;
use super::entry::{EntryKey, Swap};
use super::envelope;
use super::error::Error;
use super::key::Key;
use super::stats::TierStats;
use super::value::Value;

pub use self::config::{RedisConfig, Topology};

const WRITE: &str = include_str!("write.lua");
const DELETE: &str = include_str!("delete.lua");

/// The first bytes of an envelope, with its MAC, tell it from all others.
const HEAD_BYTES: usize = 64;
/// The longest TTL: 100 years. Sums with the time of day stay exact in Lua's numbers.
const TTL_MAX: Duration = Duration::from_secs(100 * 365 * 86_400);
/// The timeouts in a row that open the circuit; one alone may be a pause of this process. A broken connection opens it at
/// once.
const TIMEOUTS_MAX: u32 = 3;
/// Computed values that are written at the same time. More would wait in front of reads, on the same connection, and be
/// taken for commands that Redis does not answer.
const WRITES_MAX: usize = 2;
/// How often an error that the server answers is logged, at most.
const LOG_EVERY: Duration = Duration::from_secs(60);

/// An entry of a user, to be written.
pub(super) struct Entry<'a> {
    pub(super) key: &'a EntryKey,
    pub(super) value: &'a [u8],
    pub(super) ttl: Duration,
    /// What its namespace may count in all.
    pub(super) namespace_bytes_max: u64,
}

#[derive(Default)]
struct Counters {
    hits: AtomicU64,
    misses: AtomicU64,
    errors: AtomicU64,
    skipped: AtomicU64,
    calls: AtomicU64,
    nanos: AtomicU64,
    /// When an error was logged, in seconds since the start, from 1.
    logged: AtomicU64,
}

pub(super) struct Redis {
    config: RedisConfig,
    key: Key,
    circuit: Arc<Circuit>,
    pace: Pace,
    /// Bytes that may wait to be written.
    pending: Arc<Semaphore>,
    pending_bytes_max: u32,
    /// Values that may be written now.
    writes: Semaphore,
    /// Timeouts since the last answer.
    timeouts: AtomicU32,
    started: Instant,
    counters: Counters,
}

impl Redis {
    pub(super) fn new(config: RedisConfig, key: Key) -> Result<Self, Error> {
        let connector = Connector::new(config.clone())?;
        let circuit = Circuit::new(connector, config.timeout, config.retry_max);
        let pending_bytes_max = config.pending_bytes_max.max(config.value_bytes_max);
        let pending_bytes_max = u32::try_from(pending_bytes_max).unwrap_or(u32::MAX).min(u32::MAX >> 1);
        let pending = Arc::new(Semaphore::new(pending_bytes_max as usize));
        let (writes, timeouts) = (Semaphore::new(WRITES_MAX), AtomicU32::new(0));
        let (pace, started, counters) = (Pace::new(), Instant::now(), Counters::default());
        Ok(Self { config, key, circuit, pace, pending, pending_bytes_max, writes, timeouts, started, counters })
    }

    /// Reads a value. One that is not sealed with our key for this name counts as missing, and so does one of more than
    /// `bytes_max`.
    pub(super) async fn get(&self, name: &str, bytes_max: usize) -> Result<Option<Bytes>, Error> {
        let name = self.name(name);
        // Anyone may store 512 MiB there, so the read is limited to the largest valid value. A truncated value fails
        // authentication, and a missing one is empty.
        let began = Instant::now();
        let sealed: Result<Vec<u8>, _> = self.call(&Cmd::getrange(&name, 0, last(bytes_max))).await;
        if !matches!(sealed, Err(Error::Away)) {
            self.pace.record(began.elapsed());
        }
        let found = match sealed {
            Ok(sealed) => Ok(envelope::open(&self.key, &name, sealed.into())),
            Err(Error::Refused(error)) if is_wrong_type(&error) => Ok(None),
            Err(error) => Err(error),
        };
        self.count(matches!(found, Ok(Some(_))));
        found
    }

    /// Reads a computed value, unless that takes longer than computing it. The read goes on without its caller, so that
    /// the circuit learns of a server that does not answer.
    pub(super) async fn fetch(self: &Arc<Self>, name: &str, made_in: Duration) -> Option<Bytes> {
        let wait = made_in.max(self.config.answer_wait);
        if !self.circuit.is_closed() || !self.pace.is_within(wait) {
            self.count(false);
            self.counters.skipped.fetch_add(1, Relaxed);
            return None;
        }
        let (redis, name) = (Arc::clone(self), name.to_owned());
        let read = tokio::spawn(async move { redis.get(&name, redis.config.value_bytes_max).await });
        let Ok(found) = timeout(wait, read).await else {
            self.counters.skipped.fetch_add(1, Relaxed);
            return None;
        };
        // An error of Redis is a miss; the counters show it.
        found.ok()?.ok().flatten()
    }

    /// Writes a computed value in the background, unless it is too large, too many wait, or the circuit is open.
    pub(super) fn store<V: Value>(self: &Arc<Self>, name: &str, value: &V, ttl: Duration) {
        let (size, max) = (value.size().max(1), self.config.value_bytes_max);
        if size > max {
            return;
        }
        let permit =
            u32::try_from(size).ok().and_then(|size| Arc::clone(&self.pending).try_acquire_many_owned(size).ok());
        let Some(permit) = permit.filter(|_| self.circuit.is_closed()) else {
            self.counters.skipped.fetch_add(1, Relaxed);
            return;
        };
        let (redis, name, value) = (Arc::clone(self), name.to_owned(), value.clone());
        tokio::spawn(async move {
            let _turn = redis.writes.acquire().await;
            let bytes = value.encode();
            // Encoded, it is a little larger; what exceeds the limit would be written and never read.
            if bytes.len() <= max {
                let name = redis.name(&name);
                let mut command = Cmd::set(&name, envelope::seal(&redis.key, &name, &bytes));
                // The value is right with or without Redis; the counters show failures.
                let _ = redis.call::<()>(command.arg("PX").arg(millis(ttl))).await;
            }
            drop(permit);
        });
    }

    /// Waits until computed values are written, for the timeout of a call at most.
    pub(super) async fn flush(&self) {
        let _ = timeout(self.config.timeout, self.pending.acquire_many(self.pending_bytes_max)).await;
    }

    /// Writes an entry.
    pub(super) async fn write(&self, entry: Entry<'_>) -> Result<(), Error> {
        match self.run(&entry, None).await? {
            (2, others) => Err(entry.too_much(&others)),
            _ => Ok(()),
        }
    }

    /// Writes an entry if it holds what is expected; `None` stands for no value. Redis compares and writes in one step.
    pub(super) async fn swap(
        &self,
        entry: Entry<'_>,
        expected: Option<&[u8]>,
        bytes_max: usize,
    ) -> Result<Swap, Error> {
        let name = self.name(&entry.key.name());
        let head = |sealed: &[u8]| sealed[..sealed.len().min(HEAD_BYTES)].to_vec();
        let mut head_expected =
            expected.map(|value| head(&envelope::seal(&self.key, &name, value))).unwrap_or_default();
        // What others wrote there counts as no value, and is replaced as such.
        for _ in 0..3 {
            let written = self.run(&entry, Some((&head_expected, last(bytes_max)))).await;
            match written.map_err(unconfirmed)? {
                (0, held) => {
                    let found = envelope::open(&self.key, &name, held.clone().into());
                    match (found, expected) {
                        (None, None) => head_expected = head(&held),
                        (found, _) => return Ok(Swap::Mismatch(found)),
                    }
                }
                (2, others) => return Err(entry.too_much(&others)),
                _ => return Ok(Swap::Stored),
            }
        }
        // Others write there all the time.
        Ok(Swap::Mismatch(None))
    }

    pub(super) async fn delete(&self, key: &EntryKey) -> Result<(), Error> {
        let mut command = redis::cmd("EVAL");
        command.arg(DELETE).arg(3);
        for name in key.names() {
            command.arg(self.name(&name));
        }
        self.call(command.arg(key.key())).await
    }

    /// Writes an entry if its first bytes are those expected; else the value that is there, up to a last byte, is returned.
    async fn run(&self, entry: &Entry<'_>, expected: Option<(&[u8], isize)>) -> Result<(u8, Vec<u8>), Error> {
        let [name, sizes, ends] = entry.key.names().map(|name| self.name(&name));
        let mut keys = vec![name, sizes, ends];
        // The client of a cluster sends a command again when its connection breaks, whether or not it was done.
        if expected.is_some() && self.config.topology == Topology::Cluster {
            keys.push(format!("{}:done:{:032x}", keys[1], random()?));
        }
        self.call(&self.command(entry, &keys, expected)).await
    }

    fn command(&self, entry: &Entry<'_>, keys: &[String], expected: Option<(&[u8], isize)>) -> Cmd {
        let mut command = redis::cmd("EVAL");
        command.arg(WRITE).arg(keys.len()).arg(keys);
        command.arg(entry.key.key()).arg(envelope::seal(&self.key, &keys[0], entry.value)).arg(millis(entry.ttl));
        command.arg(entry.size()).arg(entry.namespace_bytes_max).arg(expected.map_or(0, |(_, last)| last));
        if let Some((head, _)) = expected {
            command.arg(head);
        }
        command
    }

    pub(super) fn stats(&self) -> TierStats {
        let Counters { hits, misses, errors, skipped, calls, nanos, logged: _ } = &self.counters;
        TierStats {
            name: "redis",
            hits: hits.load(Relaxed),
            misses: misses.load(Relaxed),
            errors: errors.load(Relaxed),
            skipped: skipped.load(Relaxed),
            calls: calls.load(Relaxed),
            waited: Duration::from_nanos(nanos.load(Relaxed)),
            is_available: self.circuit.is_closed(),
            outages: self.circuit.opened(),
            entries: 0,
            bytes: 0,
        }
    }

    /// The name in Redis. It holds the version of the envelope, so that servers of two versions do not overwrite each
    /// other's values.
    fn name(&self, name: &str) -> String {
        format!("{}{}:{name}", self.config.prefix, envelope::VERSION)
    }

    async fn call<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Error> {
        let Some(mut lent) = self.circuit.lend().await else {
            self.counters.skipped.fetch_add(1, Relaxed);
            return Err(Error::Away);
        };
        self.counters.calls.fetch_add(1, Relaxed);
        let (max, began) = (self.config.timeout, Instant::now());
        let answer = timeout(max, lent.link.query(command)).await;
        let took = began.elapsed();
        self.counters.nanos.fetch_add(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX), Relaxed);
        let Ok(answer) = answer else {
            self.counters.errors.fetch_add(1, Relaxed);
            if self.timeouts.fetch_add(1, Relaxed) + 1 >= TIMEOUTS_MAX {
                self.circuit.open(&lent, &Error::Slow(max));
            }
            return Err(Error::Slow(max));
        };
        self.timeouts.store(0, Relaxed);
        answer.map_err(|error| self.failed(&lent, error))
    }

    /// What an error means for the connection. An error that the server answers costs no time, so the circuit stays closed.
    fn failed(&self, lent: &Lent, error: RedisError) -> Error {
        if is_wrong_type(&error) {
            return Error::Refused(error);
        }
        self.counters.errors.fetch_add(1, Relaxed);
        match error.kind() {
            ErrorKind::Server(ServerErrorKind::Moved | ServerErrorKind::Ask) => return self.tell(Error::InCluster),
            ErrorKind::Server(_) | ErrorKind::Extension | ErrorKind::UnexpectedReturnType => {
                if is_of_another_role(&error) {
                    self.circuit.renew(lent);
                }
                return self.tell(Error::Refused(error));
            }
            _ => self.circuit.open(lent, &error),
        }
        Error::Refused(error)
    }

    /// Logs an error, once a minute at most.
    fn tell(&self, error: Error) -> Error {
        let (now, logged) = (1 + self.started.elapsed().as_secs(), self.counters.logged.load(Relaxed));
        if logged == 0 || now - logged >= LOG_EVERY.as_secs() {
            self.counters.logged.store(now, Relaxed);
            tracing::warn!(%error, "redis refuses commands");
        }
        error
    }

    fn count(&self, hit: bool) {
        let counter = if hit { &self.counters.hits } else { &self.counters.misses };
        counter.fetch_add(1, Relaxed);
    }
}

impl Entry<'_> {
    fn too_much(&self, others: &[u8]) -> Error {
        let others: u64 = std::str::from_utf8(others).ok().and_then(|text| text.parse().ok()).unwrap_or_default();
        Error::NamespaceFull { max: self.namespace_bytes_max, needed: others.saturating_add(self.size()) }
    }

    fn size(&self) -> u64 {
        self.key.counted_bytes(self.value)
    }
}

/// What an error of a comparison says of the entry: without an answer of Redis it may hold the new value or not.
fn unconfirmed(error: Error) -> Error {
    match error {
        Error::Slow(_) => Error::Unconfirmed,
        Error::Refused(error) if error.is_io_error() || error.is_connection_dropped() => Error::Unconfirmed,
        error => error,
    }
}

/// A number that no other command has.
fn random() -> Result<u128, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| Error::Away)?;
    Ok(u128::from_le_bytes(bytes))
}

/// The last byte to read of a value of at most this many bytes.
fn last(bytes_max: usize) -> isize {
    bytes_max.saturating_add(envelope::OVERHEAD_BYTES_MAX - 1).min(isize::MAX as usize) as isize
}

fn millis(ttl: Duration) -> u64 {
    (ttl.min(TTL_MAX).as_millis() as u64).max(1)
}

fn is_wrong_type(error: &RedisError) -> bool {
    error.code() == Some("WRONGTYPE")
}

/// Whether another server, or another login, would accept the command: after a failover the master is a replica, and
/// after a restart a server loads its data. Before Redis 7, scripts report the error inside another one.
fn is_of_another_role(error: &RedisError) -> bool {
    let is_of = |code: &str| error.code() == Some(code) || error.detail().is_some_and(|detail| detail.contains(code));
    ["READONLY", "MASTERDOWN", "LOADING", "NOAUTH"].into_iter().any(is_of)
}

//! The single writer of the ledger. It is neither shared nor cloned: its owner is the one thread that changes the
//! database.
//!
//! SQLite allows one write transaction at a time anyway; several writers would only contend for its lock. A single
//! owner can do group commit instead: many changes in one transaction share one fsync.
//!
//! Invariant: `commit` returns `Ok` only for a durable commit (under `Durability::Full`) in files that still have their
//! names. After a failed fsync nothing more is acknowledged until a restart: the kernel may have dropped the dirty
//! pages, so a second fsync that succeeds proves nothing.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use rusqlite::{Connection, TransactionBehavior};

use super::database::retry::retry;
use super::history::anchor::Anchor;
use super::history::witness::Witness;
use super::statistics::profile::{Profile, Statements};
use super::tables::load::{self, SeriesRow};
use super::{
    BatchRow, Change, Config, CorporateAction, Error, Head, Metrics, Reader, SavedResultRow, SavedResultTotals, State,
    database::pragmas, database::schema, history, tables::actions, tables::batches, tables::clocks,
    tables::saved_results,
};
use crate::series::Symbol;

/// The read-write connection.
#[derive(Debug)]
pub struct Writer {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
    config: Config,
    metrics: Arc<Metrics>,
    profile: Arc<Profile>,
    head: Head,
    witness: Witness,
    anchor: Anchor,
    /// An fsync failed, so no further commit may be acknowledged.
    unconfirmed: bool,
    /// A file that was removed or replaced while it was open.
    removed: Option<PathBuf>,
}

impl Writer {
    /// Opens or creates the ledger at `path`, migrates it to the current schema, and begins a lineage.
    pub fn open(path: &Path, config: &Config) -> Result<Self, Error> {
        let mut connection = Connection::open(path).map_err(Error::of("open", path))?;
        let set_up = || {
            schema::check(&connection, path)?;
            pragmas::writer(&connection, config).map_err(Error::of("set up", path))?;
            schema::migrate(&mut connection, path)
        };
        retry(config, set_up, |_| ())?;
        let begin = || history::begin(&mut connection, config.durability).map_err(Error::of("begin a lineage", path));
        let head = Head::new(retry(config, begin, |_| ())?);
        // From here on the database file itself is marked open, even if its WAL is lost.
        checkpoint(&connection, path)?;
        let io = |source| Error::Witness { path: path.into(), source };
        let witness = Witness::open(path).map_err(io)?;
        witness.write(head.commit()).and_then(|()| witness.sync()).map_err(io)?;
        Ok(Self {
            head,
            witness,
            anchor: Anchor::new(path).map_err(io)?,
            connection,
            path: path.into(),
            config: config.clone(),
            metrics: Arc::new(Metrics::new()),
            profile: Arc::new(Profile::new(config.slow_after)),
            unconfirmed: false,
            removed: None,
        })
    }

    /// The newest commit, as a shared handle.
    pub fn head(&self) -> Head {
        self.head.clone()
    }

    /// Skips past a generation that another history of this ledger has reached.
    pub fn skip_to(&mut self, generation: u64) -> Result<(), Error> {
        history::skip_to(&self.connection, generation).map_err(Error::of("skip generations", &self.path))?;
        self.head.reach(generation);
        Ok(())
    }

    /// Replaced price files that may still be on disk.
    pub fn retired(&self) -> Result<Vec<u64>, Error> {
        let read = self.statements().run("SELECT number FROM retired ORDER BY number", |statement| {
            statement.query_map([], |row| row.get::<_, i64>(0).map(i64::cast_unsigned))?.collect()
        });
        read.map_err(Error::of("list replaced price files", &self.path))
    }

    /// Marks the ledger as cleanly closed and checkpoints the WAL.
    pub fn close(mut self) -> Result<(), Error> {
        self.check()?;
        let config = self.config.clone();
        let Self { connection, path, .. } = &mut self;
        // In a transaction of its own: a statement that returns rows commits when it is reset, where an error is lost.
        let mut close = || {
            let commit = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let generation = history::advance(&commit, Some(State::Closed))?;
            commit.commit().map(|()| generation)
        };
        let generation = retry(&config, || close().map_err(Error::of("close", path)), |_| ())?;
        self.advanced(generation)?;
        checkpoint(&self.connection, &self.path)
    }

    /// Every series with its segments and tail, by number.
    pub fn load(&self) -> Result<Vec<SeriesRow>, Error> {
        load::load(self.statements(), &self.path)
    }

    /// The corporate actions of all symbols, by symbol and time.
    pub fn actions(&self) -> Result<Vec<(Symbol, CorporateAction)>, Error> {
        actions::all(self.statements(), &self.path)
    }

    /// Where the clocks of tokens stand, by name.
    pub fn clocks(&self) -> Result<Vec<(String, i64)>, Error> {
        clocks::all(self.statements(), &self.path)
    }

    /// The batch stored under this idempotency key, if it has not expired.
    pub fn batch(&self, client: &str, batch: &str) -> Result<Option<BatchRow>, Error> {
        batches::find(self.statements(), client, batch).map_err(Error::of("find a batch", &self.path))
    }

    /// A reader of the same ledger that shares its profile.
    pub fn reader(&self) -> Result<Reader, Error> {
        Reader::open(&self.path, &self.config, Arc::clone(&self.profile))
    }

    /// The metrics of this writer, as a shared handle.
    pub fn metrics(&self) -> Arc<Metrics> {
        Arc::clone(&self.metrics)
    }

    fn statements(&self) -> Statements<'_> {
        Statements { connection: &self.connection, profile: &self.profile }
    }

    /// The statement profile of this ledger, as a shared handle.
    pub fn profile(&self) -> Arc<Profile> {
        Arc::clone(&self.profile)
    }

    /// Syncs all commits. Those of `Durability::Full` are synced when they return, unless their process was killed in
    /// between.
    pub fn settle(&self) -> Result<(), Error> {
        let mut path = self.path.clone().into_os_string();
        path.push("-wal");
        let failed = |error: std::io::Error| {
            tracing::error!(%error, "cannot sync the write-ahead log");
            Error::Unconfirmed { operation: "settle", path: self.path.clone() }
        };
        match File::open(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            log => log.and_then(|log| log.sync_all()).map_err(failed),
        }
    }

    /// The description of a saved result, unless expired.
    pub fn saved_result(&self, key: &str, now_ms: i64) -> Result<Option<SavedResultRow>, Error> {
        saved_results::facts(self.statements(), &self.path, key, now_ms)
    }

    /// Totals of unexpired results, without the one under `but`.
    pub fn saved_result_totals(&self, but: &str, now_ms: i64) -> Result<SavedResultTotals, Error> {
        saved_results::totals(self.statements(), &self.path, but, now_ms)
    }

    /// When the next result expires, in milliseconds since the Unix epoch; `None` if none does.
    pub fn next_result_expiry(&self) -> Result<Option<i64>, Error> {
        saved_results::next_end(self.statements(), &self.path)
    }

    /// Applies all changes in order, atomically: durable on return, without effect after an error. Retries with backoff
    /// if the file is busy or the disk fails transiently.
    pub fn commit(&mut self, changes: &[Change]) -> Result<(), Error> {
        self.check()?;
        let start = Instant::now();
        let Self { connection, path, config, metrics, profile, .. } = self;
        let done = retry(config, || attempt(connection, profile, path, changes), |_| metrics.retried());
        let confirmed = done.and_then(|(rows, generation)| self.advanced(generation).map(|()| rows));
        match confirmed {
            Ok(rows) => self.metrics.committed(rows, start.elapsed()),
            Err(error) => {
                self.metrics.failed();
                self.unconfirmed |= matches!(error, Error::Unconfirmed { .. });
                return Err(error);
            }
        }
        Ok(())
    }

    /// Fails if no further commit may be acknowledged.
    fn check(&self) -> Result<(), Error> {
        if self.unconfirmed {
            return Err(Error::Unconfirmed { operation: "commit", path: self.path.clone() });
        }
        match &self.removed {
            Some(path) => Err(Error::Removed { path: path.clone() }),
            None => Ok(()),
        }
    }

    /// Publishes a commit. One written to files that were removed is rejected: it would vanish with the process.
    fn advanced(&mut self, generation: u64) -> Result<(), Error> {
        self.head.reach(generation);
        if let Some(path) = self.anchor.lost() {
            let path = path.to_owned();
            // For good: if the files came back, they would hold a commit that was refused.
            self.removed = Some(path.clone());
            return Err(Error::Removed { path });
        }
        // A lagging witness proves less but never raises a false alarm.
        if let Err(error) = self.witness.write(self.head.commit()) {
            tracing::warn!(%error, "cannot write the ledger's witness (high-water mark)");
        }
        Ok(())
    }
}

/// Checkpoints and truncates the WAL, as far as no reader needs it.
fn checkpoint(connection: &Connection, path: &Path) -> Result<(), Error> {
    let moved = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    moved.map_err(Error::of("checkpoint", path))
}

/// Applies the changes in one transaction; returns the rows affected and the generation.
fn attempt(
    connection: &mut Connection,
    profile: &Profile,
    path: &Path,
    changes: &[Change],
) -> Result<(u64, u64), Error> {
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(Error::of("begin a commit", path))?;
    let mut rows = 0;
    for change in changes {
        let statements = Statements { connection: &transaction, profile };
        let touched = change.apply(statements).map_err(Error::of(change.operation(), path))?;
        if let (0, Some((what, number))) = (touched, change.subject()) {
            return Err(Error::Missing { what, number });
        }
        rows += touched as u64;
    }
    let generation = history::advance(&transaction, None).map_err(Error::of("number a commit", path))?;
    let start = Instant::now();
    transaction.commit().map_err(Error::of("commit", path))?;
    profile.ran(connection, "COMMIT", start.elapsed(), 0);
    Ok((rows, generation))
}

#[cfg(test)]
mod tests;

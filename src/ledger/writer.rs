//! The one writer. It is not shared and not cloned: whoever holds it is the thread that changes what is on disk.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use rusqlite::{Connection, TransactionBehavior};

use super::anchor::Anchor;
use super::load::{self, SeriesRow};
use super::profile::{Profile, Statements};
use super::retry::retry;
use super::witness::Witness;
use super::{
    AnswerFacts, AnswerTotals, BatchRow, Change, Config, Error, Head, Metrics, Reader, State, answers, batches,
    history, pragmas, schema,
};

/// The connection that changes the ledger.
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
    /// A commit was not confirmed by the disk, so nothing more may be promised.
    unconfirmed: bool,
}

impl Writer {
    /// Opens the ledger at `path`, makes it if there is none, brings it to the version of today, and begins a lineage.
    pub fn open(path: &Path, config: &Config) -> Result<Self, Error> {
        let opened = |source| Error::Open { path: path.into(), source };
        let mut connection = Connection::open(path).map_err(opened)?;
        let set_up = || {
            schema::check(&connection, path)?;
            pragmas::writer(&connection, config).map_err(Error::of("set up", path))?;
            schema::migrate(&mut connection, path)
        };
        retry(config, set_up, |_| ())?;
        let begin = || history::begin(&mut connection, config.durability).map_err(Error::of("begin a lineage", path));
        let head = Head::new(retry(config, begin, |_| ())?);
        // From here on the main file says itself that it was left open, even if its log is lost.
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
        })
    }

    /// The newest commit, for others to follow.
    pub fn head(&self) -> Head {
        self.head.clone()
    }

    /// Goes on behind a generation that another history of this ledger has reached.
    pub fn skip_to(&mut self, generation: u64) -> Result<(), Error> {
        history::skip_to(&self.connection, generation).map_err(Error::of("skip generations", &self.path))?;
        self.head.reach(generation);
        Ok(())
    }

    /// The price files that commits have replaced and that may still be on the disk.
    pub fn retired(&self) -> Result<Vec<u64>, Error> {
        let read = self.statements().run("SELECT number FROM retired ORDER BY number", |statement| {
            statement.query_map([], |row| row.get::<_, i64>(0).map(i64::cast_unsigned))?.collect()
        });
        read.map_err(Error::of("list replaced price files", &self.path))
    }

    /// Says that the ledger was closed cleanly, and moves everything into the main file.
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

    /// Every series with its segments and its tail, in order of their numbers.
    pub fn load(&self) -> Result<Vec<SeriesRow>, Error> {
        load::load(self.statements(), &self.path)
    }

    /// The batch that came under this key, if it is remembered.
    pub fn batch(&self, client: &str, batch: &str) -> Result<Option<BatchRow>, Error> {
        batches::find(self.statements(), client, batch).map_err(Error::of("find a batch", &self.path))
    }

    /// A reader of the same ledger, whose statements are in the same profile.
    pub fn reader(&self) -> Result<Reader, Error> {
        Reader::open(&self.path, &self.config, Arc::clone(&self.profile))
    }

    /// The metrics of this writer, for others to read.
    pub fn metrics(&self) -> Arc<Metrics> {
        Arc::clone(&self.metrics)
    }

    fn statements(&self) -> Statements<'_> {
        Statements { connection: &self.connection, profile: &self.profile }
    }

    /// What the statements of this ledger have cost, for others to read and to add to.
    pub fn profile(&self) -> Arc<Profile> {
        Arc::clone(&self.profile)
    }

    /// Waits until the disk has all commits. Those of `Durability::Full` are there when they return, unless the
    /// process that made them was killed meanwhile.
    pub fn settle(&self) -> Result<(), Error> {
        let mut path = self.path.clone().into_os_string();
        path.push("-wal");
        let failed = |error: std::io::Error| {
            tracing::error!(%error, "the write-ahead log cannot be synced");
            Error::Unconfirmed { operation: "settle", path: self.path.clone() }
        };
        match File::open(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            log => log.and_then(|log| log.sync_all()).map_err(failed),
        }
    }

    /// What is known of the answer under a key, unless it is over.
    pub fn answer(&self, key: &str, now_ms: i64) -> Result<Option<AnswerFacts>, Error> {
        answers::facts(self.statements(), &self.path, key, now_ms)
    }

    /// How much there is of answers that are not over, the one under `but` not counted.
    pub fn answer_totals(&self, but: &str, now_ms: i64) -> Result<AnswerTotals, Error> {
        answers::totals(self.statements(), &self.path, but, now_ms)
    }

    /// When the next answer is over, in milliseconds since the Unix epoch; `None` when none ever is.
    pub fn next_answer_end(&self) -> Result<Option<i64>, Error> {
        answers::next_end(self.statements(), &self.path)
    }

    /// Makes all changes, in order and at once: on return the disk has them, after an error it has none of them. Waits
    /// and tries again when the file is busy or the disk fails for a moment.
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

    /// More may be promised.
    fn check(&self) -> Result<(), Error> {
        if self.unconfirmed {
            return Err(Error::Unconfirmed { operation: "commit", path: self.path.clone() });
        }
        match self.anchor.lost() {
            Some(path) => Err(Error::Removed { path: path.into() }),
            None => Ok(()),
        }
    }

    /// A commit is done. What was committed to files that are gone is refused: it ends with the process.
    fn advanced(&mut self, generation: u64) -> Result<(), Error> {
        self.head.reach(generation);
        if let Some(path) = self.anchor.lost() {
            return Err(Error::Removed { path: path.into() });
        }
        // A witness that lags proves less and claims nothing wrong.
        if let Err(error) = self.witness.write(self.head.commit()) {
            tracing::warn!(%error, "the ledger's witness is not written");
        }
        Ok(())
    }
}

/// Moves the write-ahead log into the main file, as far as no reader needs it.
fn checkpoint(connection: &Connection, path: &Path) -> Result<(), Error> {
    let moved = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    moved.map_err(Error::of("checkpoint", path))
}

/// Makes the changes in one commit and gives the rows that they touched, and the number of the commit.
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

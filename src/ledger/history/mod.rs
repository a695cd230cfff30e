//! The history of a ledger: every commit has a generation (a counter), and every opening for writing begins a lineage
//! (a random id).
//!
//! Together they decide whether something made beside the ledger, such as a price file, belongs to this history, to a
//! later part of it that was lost (restored backup, missing WAL), or to another history. A generation alone is
//! ambiguous: after a restore the same numbers are assigned again to other commits. Timestamps are ambiguous as well,
//! because clocks are set back. Each lineage records the generation before it, so a commit is contained exactly if its
//! lineage is known and its generation is not past the end of that lineage.

pub(in crate::ledger) mod anchor;
pub(in crate::ledger) mod witness;

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, Row, params};

use crate::ledger::{Durability, Error, Reader};
use crate::series::{CommitId, Lineage};

/// The history recorded in a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The generation of its newest commit.
    pub generation: u64,
    /// How it was last closed.
    pub state: State,
    /// Its lineages, oldest first, each with the last generation before it.
    lineages: Vec<(Lineage, u64)>,
    /// The newest lineage does not sync each commit, so a power cut may have reverted some.
    pub relaxed: bool,
}

/// The newest commit of an open ledger; advances with it.
#[derive(Debug, Clone)]
pub struct Head {
    lineage: Lineage,
    generation: Arc<AtomicU64>,
}

impl Head {
    pub(in crate::ledger) fn new(CommitId { lineage, generation }: CommitId) -> Self {
        Self { lineage, generation: Arc::new(AtomicU64::new(generation)) }
    }

    /// The newest commit.
    pub fn commit(&self) -> CommitId {
        CommitId { lineage: self.lineage, generation: self.generation.load(Relaxed) }
    }

    /// The next commit, the first that can reference what is written now.
    pub fn next(&self) -> CommitId {
        let CommitId { lineage, generation } = self.commit();
        CommitId { lineage, generation: generation + 1 }
    }

    /// Advances to `generation`.
    pub(in crate::ledger) fn reach(&self, generation: u64) {
        self.generation.fetch_max(generation, Relaxed);
    }
}

/// How a ledger was last closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// In use, or its process was killed.
    Open,
    /// Cleanly: the database file is complete without its WAL.
    Closed,
    /// It is an online backup.
    Backup,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Backup => "backup",
        }
    }
}

impl History {
    /// Whether this history contains the commit.
    pub fn holds(&self, commit: CommitId) -> bool {
        self.end(commit.lineage).is_some_and(|end| commit.generation <= end)
    }

    /// Whether the commit directly follows the newest one, and so may have been in flight when the ledger was left.
    pub fn may_be_next(&self, commit: CommitId) -> bool {
        self.lineages.last().is_some_and(|(newest, _)| *newest == commit.lineage)
            && commit.generation == self.generation + 1
    }

    /// Whether the ledger has never been opened for writing.
    pub fn is_new(&self) -> bool {
        self.lineages.is_empty()
    }

    /// The last generation of a lineage of this history.
    fn end(&self, lineage: Lineage) -> Option<u64> {
        let at = self.lineages.iter().position(|(known, _)| *known == lineage)?;
        Some(self.lineages.get(at + 1).map_or(self.generation, |&(_, before)| before))
    }
}

impl Reader {
    /// The history of the ledger; `None` if it predates histories.
    pub fn history(&self) -> Result<Option<History>, Error> {
        let failed = || Error::of("read the history", &self.path);
        let known = "SELECT count(*) FROM sqlite_schema WHERE name = 'head'";
        if self.connection.query_row(known, [], |row| row.get::<_, i64>(0)).map_err(failed())? == 0 {
            return Ok(None);
        }
        load(&self.connection).map(Some).map_err(failed())
    }
}

fn load(connection: &Connection) -> rusqlite::Result<History> {
    let (generation, state): (i64, String) =
        connection.query_row("SELECT generation, state FROM head", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut statement = connection.prepare("SELECT id, after, durability FROM lineage ORDER BY number")?;
    let mut relaxed = false;
    let rows = statement.query_map([], |row| {
        relaxed = row.get_ref(2)?.as_str()? == durability_name(Durability::Normal);
        Ok((lineage(row, 0)?, row.get::<_, i64>(1)?.cast_unsigned()))
    })?;
    let lineages = rows.collect::<Result<_, _>>()?;
    let known = [State::Open, State::Closed, State::Backup].into_iter().find(|known| known.name() == state);
    // A state of a later version at least does not promise a clean close.
    let state = known.unwrap_or(State::Open);
    Ok(History { generation: generation.cast_unsigned(), state, lineages, relaxed })
}

/// A lineage as stored; NULL stands for everything before lineages were recorded.
pub(in crate::ledger) fn lineage(row: &Row<'_>, column: usize) -> rusqlite::Result<Lineage> {
    let bytes: Option<[u8; 16]> = row.get(column)?;
    Ok(Lineage(bytes.map_or(0, u128::from_le_bytes)))
}

/// Begins a lineage in one commit, which marks the ledger open.
pub(in crate::ledger) fn begin(connection: &mut Connection, durability: Durability) -> rusqlite::Result<CommitId> {
    let lineage = random().map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_millis() as i64);
    let commit = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    commit.execute(
        "INSERT INTO lineage (id, after, durability, started_ms) SELECT ?, generation, ?, ? FROM head",
        params![lineage.0.to_le_bytes(), durability_name(durability), now],
    )?;
    let generation = advance(&commit, Some(State::Open))?;
    commit.commit()?;
    Ok(CommitId { lineage, generation })
}

/// Assigns the generation of the current transaction and returns it.
pub(in crate::ledger) fn advance(connection: &Connection, state: Option<State>) -> rusqlite::Result<u64> {
    let sql = "UPDATE head SET generation = generation + 1, state = coalesce(?, state) RETURNING generation";
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_row([state.map(State::name)], |row| row.get::<_, i64>(0)).map(i64::cast_unsigned)
}

/// Raises the generation to at least `generation`.
pub(in crate::ledger) fn skip_to(connection: &Connection, generation: u64) -> rusqlite::Result<()> {
    let sql = "UPDATE head SET generation = max(generation, ?)";
    connection.execute(sql, [generation.cast_signed()]).map(drop)
}

/// Marks a copy as a backup.
pub(in crate::ledger) fn mark_backup(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute("UPDATE head SET state = ?", [State::Backup.name()]).map(drop)
}

fn durability_name(durability: Durability) -> &'static str {
    match durability {
        Durability::Full => "full",
        Durability::Normal => "normal",
    }
}

/// A new random lineage.
fn random() -> io::Result<Lineage> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(Lineage(u128::from_le_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::fixture::{add, ledger};
    use crate::ledger::{Config, Writer, witness};

    #[test]
    fn each_opening_begins_a_lineage_and_each_commit_counts() {
        let (_directory, path, mut writer) = ledger();
        let open = || Reader::open(&path, &Config::default(), Default::default()).expect("opens");
        let read = || open().history().expect("readable").expect("known");
        let head = writer.head();
        let first = head.commit();
        assert_eq!((first.generation, read().generation, read().state), (1, 1, State::Open));
        writer.commit(&[add(1)]).expect("committed");
        assert_eq!((head.commit(), witness(&path)), (CommitId { generation: 2, ..first }, Some(head.commit())));
        writer.close().expect("closed");
        assert_eq!((read().generation, read().state), (3, State::Closed));
        let writer = Writer::open(&path, &Config::default()).expect("opens again");
        let (second, history) = (writer.head().commit(), read());
        assert!(second.lineage != first.lineage && second.generation == 4);
        let holds = |lineage, generation| history.holds(CommitId { lineage, generation });
        assert!(holds(first.lineage, 3) && !holds(first.lineage, 4), "the first lineage ended with its close");
        assert!(holds(second.lineage, 4) && !holds(second.lineage, 5) && !holds(Lineage(7), 1));
        assert!(history.may_be_next(CommitId { generation: 5, ..second }));
        assert!(!history.may_be_next(CommitId { generation: 4, ..first }));
    }

    #[test]
    fn a_closed_ledger_is_one_file() {
        let (directory, path, mut writer) = ledger();
        let other = Reader::open(&path, &Config::default(), Default::default()).expect("opens");
        writer.commit(&[add(1)]).expect("committed");
        writer.close().expect("closed");
        let copy = directory.path().join("copy.db");
        std::fs::copy(&path, &copy).expect("copied");
        assert_eq!(Writer::open(&copy, &Config::default()).expect("opens").load().expect("loads").len(), 1);
        drop(other);
    }
}

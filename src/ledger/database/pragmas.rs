//! The configuration of SQLite: every pragma atrad uses.

use std::time::Duration;

use rusqlite::Connection;

use super::memory;

/// The configuration of the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// What a commit survives.
    pub durability: Durability,
    /// How long SQLite itself waits for a lock, per attempt.
    pub busy_timeout: Duration,
    /// Attempts per commit, 1 or more.
    pub tries: u32,
    /// The wait before the second attempt; doubles each time.
    pub backoff: Duration,
    /// The maximum wait between attempts.
    pub backoff_max: Duration,
    /// Statements slower than this are logged with their query plans.
    pub slow_after: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            durability: Durability::Full,
            busy_timeout: Duration::from_secs(1),
            tries: 6,
            backoff: Duration::from_millis(10),
            backoff_max: Duration::from_secs(1),
            slow_after: Duration::from_secs(1),
        }
    }
}

/// What a commit survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// A crash of the process and a power cut: each commit is synced.
    Full,
    /// A crash of the process; a power cut may revert the last commits.
    Normal,
}

const MIB: u64 = 1 << 20;
const MMAP_BYTES: u64 = 256 * MIB;
const READER_CACHE_BYTES: u64 = 16 * MIB;
/// A larger WAL than the default of 1,000 pages, so that fewer commits wait for a checkpoint.
const CHECKPOINT_PAGES: u64 = 4096;

/// Configures the connection of the writer.
pub(in crate::ledger) fn writer(connection: &Connection, config: &Config) -> rusqlite::Result<()> {
    connection.busy_timeout(config.busy_timeout)?;
    let synchronous = match config.durability {
        Durability::Full => "FULL",
        Durability::Normal => "NORMAL",
    };
    // The page size is fixed by the first write, so it comes first.
    connection.execute_batch(&format!(
        "PRAGMA page_size = 4096;
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = {synchronous};
         PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES};
         PRAGMA journal_size_limit = {};
         PRAGMA mmap_size = {MMAP_BYTES};
         PRAGMA cache_size = -{};
         PRAGMA temp_store = MEMORY;
         PRAGMA foreign_keys = ON;",
        64 * MIB,
        cache_bytes(memory::available_bytes()) / 1024,
    ))
}

/// Configures a read-only connection.
pub(in crate::ledger) fn reader(connection: &Connection, config: &Config) -> rusqlite::Result<()> {
    connection.busy_timeout(config.busy_timeout)?;
    connection.execute_batch(&format!(
        "PRAGMA query_only = ON;
         PRAGMA mmap_size = {MMAP_BYTES};
         PRAGMA cache_size = -{};
         PRAGMA temp_store = MEMORY;",
        READER_CACHE_BYTES / 1024,
    ))
}

/// An eighth of the memory that this process may use, within bounds.
fn cache_bytes(memory: Option<u64>) -> u64 {
    memory.map_or(0, |bytes| bytes / 8).clamp(64 * MIB, 512 * MIB)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_is_an_eighth_of_the_memory_within_bounds() {
        let mib = |memory: Option<u64>| cache_bytes(memory.map(|mib| mib * MIB)) / MIB;
        assert_eq!([mib(None), mib(Some(100)), mib(Some(2048)), mib(Some(1 << 20))], [64, 64, 256, 512]);
    }

    #[test]
    fn the_pragmas_are_in_force() {
        let directory = tempfile::tempdir().expect("a folder");
        let connection = Connection::open(directory.path().join("ledger.db")).expect("opens");
        writer(&connection, &Config::default()).expect("set up");
        let value = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).expect(name);
        let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).expect("a mode");
        assert_eq!((mode.as_str(), value("synchronous"), value("foreign_keys")), ("wal", 2, 1));
        assert_eq!((value("mmap_size"), value("busy_timeout"), value("temp_store")), (256 << 20, 1000, 2));
        assert!((-524_288..=-65_536).contains(&value("cache_size")));
        writer(&connection, &Config { durability: Durability::Normal, ..Config::default() }).expect("set up");
        assert_eq!(value("synchronous"), 1);
    }
}

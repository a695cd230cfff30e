//! Ledgers in real files, for the tests of this module.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use tempfile::TempDir;

use crate::series::{Bar, Bars, Columns, SegmentFacts, SeriesId};

use super::{Change, Config, Writer};

/// Timeouts short enough for tests.
pub(crate) fn hasty(tries: u32) -> Config {
    let short = Duration::from_millis(1);
    Config { tries, busy_timeout: short, backoff: short, backoff_max: short, ..Config::default() }
}

/// Another process that holds the write lock until dropped.
pub(crate) fn hold(path: &Path) -> Connection {
    let connection = Connection::open(path).expect("opens");
    connection.execute_batch("BEGIN IMMEDIATE").expect("locked");
    connection
}

/// A new ledger with its path.
pub(super) fn ledger() -> (TempDir, PathBuf, Writer) {
    ledger_with(&Config::default())
}

/// A new ledger with this configuration.
pub(super) fn ledger_with(config: &Config) -> (TempDir, PathBuf, Writer) {
    let directory = tempfile::tempdir().expect("a folder");
    let path = directory.path().join("ledger.db");
    let writer = Writer::open(&path, config).expect("opens");
    (directory, path, writer)
}

/// Bars at each of `rows` minutes from `start`, all prices at `price`.
pub(super) fn bars(start: i64, rows: usize, price: f64) -> Bars {
    let mut columns = Columns::with_capacity(rows);
    for row in 0..rows {
        let time = start + row as i64 * 60;
        columns.push(Bar { time, open: price, high: price + 1.5, low: price, close: price + 0.1, volume: row as f64 });
    }
    Bars::with_gaps(columns).expect("valid")
}

/// The change that adds `series`, named after its number.
pub(super) fn add(series: u64) -> Change {
    Change::AddSeries { series, name: name(series) }
}

/// The name of `series`.
pub(super) fn name(series: u64) -> SeriesId {
    SeriesId::parse(&format!("S{series}"), "15m").expect("valid")
}

/// A segment of ten rows.
pub(super) fn facts(number: u64, first_time: i64) -> SegmentFacts {
    SegmentFacts { number, first_time, last_time: first_time + 9, rows: 10, bytes: 4096 }
}

/// Runs any statement in a ledger and records its cost.
pub(crate) fn scan(path: &Path, profile: &super::Profile, sql: &str) {
    let connection = Connection::open(path).expect("opens");
    let statements = super::statistics::profile::Statements { connection: &connection, profile };
    statements.run(sql, |statement| statement.raw_query().next().map(drop)).expect("runs");
}

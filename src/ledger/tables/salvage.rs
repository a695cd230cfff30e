//! Salvage: what can still be read of a damaged ledger and is stored nowhere else.
//!
//! SQLite ends a scan at the first page that it cannot read. So every scan is made from both ends, and the tail of each
//! series is a scan of its own: a damaged page costs the bars in it, and no more where it is the only one of a table. Bars
//! that do not match their checksum are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, Params, Row};

use super::actions;
use super::tail::{self, StoredBar};
use crate::ledger::{Config, CorporateAction, History, Reader};
use crate::series::{Bars, Columns, Retention, SeriesId, Symbol};

/// What could be read of a damaged ledger.
#[derive(Debug, Clone, Default)]
pub struct Salvage {
    /// The series with their tails, by number.
    pub series: Vec<SalvagedSeries>,
    /// Corporate actions, by symbol and time.
    pub actions: Vec<(Symbol, CorporateAction)>,
    /// Where the clocks of tokens stand, by name.
    pub clocks: Vec<(String, i64)>,
    /// The commits of the ledger and the price files that it names, if the tables of both are whole.
    pub files: Option<(History, BTreeSet<u64>)>,
}

/// What could be read of a series.
#[derive(Debug, Clone, PartialEq)]
pub struct SalvagedSeries {
    /// Its number.
    pub number: u64,
    /// Its name.
    pub name: SeriesId,
    /// Its retention; none if its row is lost.
    pub retention: Retention,
    /// The sound bars of its tail.
    pub tail: Bars,
}

/// Where an unusable ledger is while a new one takes its place, which is not complete before.
pub fn repairing(ledger: &Path) -> PathBuf {
    ledger.with_extension("repairing")
}

/// Reads what can be read. The names of series whose rows are lost are taken from `known`, by number.
pub fn salvage(path: &Path, config: &Config, known: BTreeMap<u64, SeriesId>) -> Salvage {
    let Ok(reader) = Reader::open(path, config, Arc::default()) else { return Salvage::default() };
    let connection = &reader.connection;
    let series = series(connection, known).into_iter().map(|(number, (name, retention))| {
        let tail = tail(connection, number);
        SalvagedSeries { number, name, retention, tail }
    });
    let action = |row: &Row<'_>| {
        let (symbol, action) = actions::read(row)?;
        Ok(((symbol.to_string(), action.ex_time, action.kind), (symbol, action)))
    };
    let sql = format!("SELECT {} FROM corporate_action", actions::COLUMNS);
    let actions = scan(connection, &sql, "symbol, ex_time, kind", [], action);
    let clocks = scan(connection, "SELECT token, time FROM clock", "token", [], |row| Ok((row.get(0)?, row.get(1)?)));
    Salvage {
        series: series.collect(),
        actions: actions.into_values().collect(),
        clocks: clocks.into_iter().collect(),
        files: files(&reader),
    }
}

fn files(reader: &Reader) -> Option<(History, BTreeSet<u64>)> {
    let is_whole = |table: &str| {
        let found =
            reader.connection.query_row(&format!("PRAGMA quick_check({table})"), [], |row| row.get::<_, String>(0));
        found.is_ok_and(|found| found == "ok")
    };
    if !["segment", "lineage", "head"].into_iter().all(is_whole) {
        return None;
    }
    let (history, segments) = (reader.history().ok()??, reader.segments().ok()?);
    Some((history, segments.into_iter().map(|segment| segment.number).collect()))
}

/// The names and retentions of series, by number.
fn series(connection: &Connection, known: BTreeMap<u64, SeriesId>) -> BTreeMap<u64, (SeriesId, Retention)> {
    let mut found: BTreeMap<_, _> =
        known.into_iter().map(|(number, name)| (number, (name, Retention::default()))).collect();
    // The index of names holds all but the retentions, which are in the table itself.
    for (retention, order) in [("0, 0", "symbol, timeframe_seconds"), ("rows_max, age_max_ms", "id")] {
        let sql = format!("SELECT id, symbol, timeframe_seconds, {retention} FROM series");
        found.extend(scan(connection, &sql, order, [], series_row));
    }
    found
}

fn series_row(row: &Row<'_>) -> rusqlite::Result<(u64, (SeriesId, Retention))> {
    let number = |column| row.get::<_, i64>(column).map(i64::cast_unsigned);
    let name = SeriesId::stored(&row.get::<_, String>(1)?, row.get(2)?).map_err(|_| rusqlite::Error::InvalidQuery)?;
    Ok((number(0)?, (name, Retention { rows_max: number(3)?, age_max_ms: number(4)? })))
}

/// The sound bars of the tail of a series.
fn tail(connection: &Connection, series: u64) -> Bars {
    let sql = format!("SELECT {} FROM tail WHERE series = ?", tail::COLUMNS);
    let bar = |row: &Row<'_>| {
        let stored = StoredBar::read(row)?;
        Ok((stored.bar.time, stored.is_sound.then(|| (stored.bar, stored.extra.to_vec()))))
    };
    let found = scan(connection, &sql, "time", [series.cast_signed()], bar);
    let mut columns = Columns::default();
    for (bar, extra) in found.into_values().flatten() {
        // Sound, so it can be read.
        StoredBar { bar, extra: &extra, is_sound: true }.push(&mut columns);
    }
    Bars::stored(columns).unwrap_or_default()
}

/// The rows that can be read, by key, of a query that has no order yet: from the first one, and if a page cannot be read,
/// from the last one, too.
fn scan<K: Ord, V>(
    connection: &Connection,
    sql: &str,
    order: &str,
    values: impl Params + Copy,
    read: impl Fn(&Row<'_>) -> rusqlite::Result<(K, V)>,
) -> BTreeMap<K, V> {
    let mut found = BTreeMap::new();
    for direction in ["ASC", "DESC"] {
        let order = order.replace(',', &format!(" {direction},"));
        let Ok(mut statement) = connection.prepare(&format!("{sql} ORDER BY {order} {direction}")) else { continue };
        let Ok(mut rows) = statement.query(values) else { continue };
        loop {
            match rows.next() {
                Ok(Some(row)) => found.extend(read(row)),
                Ok(None) => return found,
                Err(_) => break,
            }
        }
    }
    found
}

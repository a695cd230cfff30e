//! Loads everything at startup: one ordered scan per table.

use std::path::Path;

use rusqlite::Row;

use crate::series::{Bars, Columns, Lineage, Retention, SegmentFacts, SeriesId};

use super::tail::{self, StoredBar};
use crate::ledger::statistics::profile::Statements;
use crate::ledger::{Error, history};

/// One series as stored in the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesRow {
    /// Its number.
    pub series: u64,
    /// Its name.
    pub name: SeriesId,
    /// Its epoch.
    pub epoch: u64,
    /// The lineage that set this epoch.
    pub lineage: Lineage,
    /// Its retention.
    pub retention: Retention,
    /// Its sealed segments, by first time.
    pub segments: Vec<SegmentFacts>,
    /// Its tail: the newest bars.
    pub tail: Bars,
}

/// Every series, by number.
pub(in crate::ledger) fn load(from: Statements<'_>, path: &Path) -> Result<Vec<SeriesRow>, Error> {
    let mut all = series(from, path)?;
    segments(from, path, &mut all)?;
    tails(from, path, &mut all)?;
    Ok(all)
}

fn series(from: Statements<'_>, path: &Path) -> Result<Vec<SeriesRow>, Error> {
    let mut all = Vec::new();
    let sql = "SELECT id, symbol, timeframe_seconds, epoch, rows_max, age_max_ms, lineage FROM series ORDER BY id";
    scan(from, path, sql, |series, row| {
        let symbol = row.get_ref(1).map_err(failed(path))?.as_str().unwrap_or_default().to_owned();
        // Seconds, or the code of months.
        let code: i64 = row.get(2).map_err(failed(path))?;
        let name = SeriesId::stored(&symbol, code).map_err(invalid(path, series))?;
        let number = |column| row.get::<_, i64>(column).map(i64::cast_unsigned).map_err(failed(path));
        let (epoch, retention) = (number(3)?, Retention { rows_max: number(4)?, age_max_ms: number(5)? });
        let lineage = history::lineage(row, 6).map_err(failed(path))?;
        all.push(SeriesRow { series, name, epoch, lineage, retention, segments: Vec::new(), tail: Bars::default() });
        Ok(())
    })?;
    Ok(all)
}

fn segments(from: Statements<'_>, path: &Path, all: &mut [SeriesRow]) -> Result<(), Error> {
    let sql = "SELECT series, number, first_time, last_time, rows, bytes FROM segment ORDER BY series, first_time";
    let mut place = 0;
    scan(from, path, sql, |series, row| {
        place = find(all, place, series)?;
        all[place].segments.push(facts(row).map_err(failed(path))?);
        Ok(())
    })
}

/// The sealed segments of all series, by number.
pub(in crate::ledger) fn all_segments(from: Statements<'_>, path: &Path) -> Result<Vec<SegmentFacts>, Error> {
    let mut all = Vec::new();
    let sql = "SELECT series, number, first_time, last_time, rows, bytes FROM segment ORDER BY number";
    scan(from, path, sql, |_, row| {
        all.push(facts(row).map_err(failed(path))?);
        Ok(())
    })?;
    Ok(all)
}

fn tails(from: Statements<'_>, path: &Path, all: &mut [SeriesRow]) -> Result<(), Error> {
    let sql = format!("SELECT {} FROM tail ORDER BY series, time", tail::COLUMNS);
    let (mut place, mut columns) = (0, Columns::default());
    scan(from, path, &sql, |series, row| {
        if all.get(place).is_none_or(|held| held.series != series) {
            finish(all, place, std::mem::take(&mut columns), path)?;
            place = find(all, place, series)?;
        }
        let stored = StoredBar::read(row).map_err(failed(path))?;
        let pushed = stored.push(&mut columns).filter(|()| stored.is_sound);
        pushed.ok_or_else(|| Error::Damaged {
            path: path.into(),
            found: vec![tail::finding(&all[place].name, stored.bar.time)],
        })
    })?;
    finish(all, place, columns, path)
}

fn finish(all: &mut [SeriesRow], place: usize, columns: Columns, path: &Path) -> Result<(), Error> {
    if !columns.times.is_empty() {
        let held = &mut all[place];
        held.tail = Bars::stored(columns).map_err(invalid(path, held.series))?;
    }
    Ok(())
}

/// Calls `each` with the series number (the first column) and the row.
fn scan(
    from: Statements<'_>,
    path: &Path,
    sql: &str,
    mut each: impl FnMut(u64, &Row) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut outcome = Ok(());
    let read = from.run(sql, |statement| {
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            outcome = each(row.get::<_, i64>(0)?.cast_unsigned(), row);
            if outcome.is_err() {
                break;
            }
        }
        Ok(())
    });
    read.map_err(failed(path)).and(outcome)
}

/// The index of `series`, searched from `place` on.
fn find(all: &[SeriesRow], place: usize, series: u64) -> Result<usize, Error> {
    let further = all[place..].iter().position(|held| held.series == series);
    further.map(|further| place + further).ok_or(Error::Missing { what: "series", number: series })
}

fn facts(row: &Row) -> rusqlite::Result<SegmentFacts> {
    Ok(SegmentFacts {
        number: row.get::<_, i64>(1)?.cast_unsigned(),
        first_time: row.get(2)?,
        last_time: row.get(3)?,
        rows: row.get::<_, i64>(4)?.cast_unsigned(),
        bytes: row.get::<_, i64>(5)?.cast_unsigned(),
    })
}

fn failed(path: &Path) -> impl FnOnce(rusqlite::Error) -> Error {
    Error::of("load", path)
}

fn invalid(path: &Path, series: u64) -> impl FnOnce(crate::series::Error) -> Error {
    move |source| Error::Invalid { path: path.into(), series, source }
}

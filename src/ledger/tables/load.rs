//! Loads series: all of them at startup, by one ordered scan per table, or one of them for who only reads.

use std::path::Path;
use std::slice;

use rusqlite::{Params, Row};

use crate::series::{Bars, Columns, Lineage, Retention, SegmentFacts, SeriesId};

use super::tail::{self, StoredBar};
use crate::ledger::statistics::profile::Statements;
use crate::ledger::{Error, Reader, history};

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

/// How far a series reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesExtent {
    /// Its name.
    pub name: SeriesId,
    /// Its epoch.
    pub epoch: u64,
    /// The number of bars.
    pub rows: u64,
    /// When the first and the newest bar open; `None` if there is none.
    pub times: Option<(i64, i64)>,
}

impl Reader {
    /// A series with its segments and tail, from one snapshot; `None` if there is none of this name.
    pub fn series(&self, name: &SeriesId) -> Result<Option<SeriesRow>, Error> {
        self.snapshot(|| one(self.statements(), &self.path, name))
    }

    /// How far each series reaches, by number, from one snapshot.
    pub fn extents(&self) -> Result<Vec<SeriesExtent>, Error> {
        self.snapshot(|| extents(self.statements(), &self.path))
    }

    /// Reads what was committed at one time.
    fn snapshot<T>(&self, read: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        let _ends_when_dropped = self.connection.unchecked_transaction().map_err(Error::of("read", &self.path))?;
        read()
    }
}

/// Every series, by number.
pub(in crate::ledger) fn load(from: Statements<'_>, path: &Path) -> Result<Vec<SeriesRow>, Error> {
    let mut all = series(from, path, &format!("{SERIES} ORDER BY id"), [])?;
    segments(from, path, &format!("{SEGMENTS} ORDER BY series, first_time"), [], &mut all)?;
    tails(from, path, &format!("SELECT {} FROM tail ORDER BY series, time", tail::COLUMNS), [], &mut all)?;
    Ok(all)
}

/// One series; `None` if there is none of this name.
fn one(from: Statements<'_>, path: &Path, name: &SeriesId) -> Result<Option<SeriesRow>, Error> {
    let sql = format!("{SERIES} WHERE symbol = ? AND timeframe_seconds = ?");
    let Some(mut found) = series(from, path, &sql, (name.symbol.as_str(), name.timeframe.code()))?.pop() else {
        return Ok(None);
    };
    let (number, one) = ([found.series.cast_signed()], slice::from_mut(&mut found));
    segments(from, path, &format!("{SEGMENTS} WHERE series = ? ORDER BY first_time"), number, one)?;
    tails(from, path, &format!("SELECT {} FROM tail WHERE series = ? ORDER BY time", tail::COLUMNS), number, one)?;
    Ok(Some(found))
}

/// How far each series reaches, by number.
fn extents(from: Statements<'_>, path: &Path) -> Result<Vec<SeriesExtent>, Error> {
    let mut all = series(from, path, &format!("{SERIES} ORDER BY id"), [])?;
    segments(from, path, &format!("{SEGMENTS} ORDER BY series, first_time"), [], &mut all)?;
    let mut extents: Vec<SeriesExtent> = all.iter().map(sealed).collect();
    let sql = "SELECT series, count(*), min(time), max(time) FROM tail GROUP BY series ORDER BY series";
    let mut place = 0;
    scan(from, path, sql, [], |series, row| {
        place = find(&all, place, series)?;
        let (extent, number) = (&mut extents[place], |column| row.get::<_, i64>(column).map_err(failed(path)));
        let first = extent.times.map_or(number(2)?, |(first, _)| first);
        (extent.rows, extent.times) = (extent.rows + number(1)?.cast_unsigned(), Some((first, number(3)?)));
        Ok(())
    })?;
    Ok(extents)
}

/// How far the segments of a series reach.
fn sealed(row: &SeriesRow) -> SeriesExtent {
    let ends = row.segments.first().zip(row.segments.last());
    SeriesExtent {
        name: row.name.clone(),
        epoch: row.epoch,
        rows: row.segments.iter().map(|segment| segment.rows).sum(),
        times: ends.map(|(first, last)| (first.first_time, last.last_time)),
    }
}

const SERIES: &str = "SELECT id, symbol, timeframe_seconds, epoch, rows_max, age_max_ms, lineage FROM series";
const SEGMENTS: &str = "SELECT series, number, first_time, last_time, rows, bytes FROM segment";

fn series(from: Statements<'_>, path: &Path, sql: &str, values: impl Params) -> Result<Vec<SeriesRow>, Error> {
    let mut all = Vec::new();
    scan(from, path, sql, values, |series, row| {
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

fn segments(
    from: Statements<'_>,
    path: &Path,
    sql: &str,
    values: impl Params,
    all: &mut [SeriesRow],
) -> Result<(), Error> {
    let mut place = 0;
    scan(from, path, sql, values, |series, row| {
        place = find(all, place, series)?;
        all[place].segments.push(facts(row).map_err(failed(path))?);
        Ok(())
    })
}

/// The sealed segments of all series, by number.
pub(in crate::ledger) fn all_segments(from: Statements<'_>, path: &Path) -> Result<Vec<SegmentFacts>, Error> {
    let mut all = Vec::new();
    scan(from, path, &format!("{SEGMENTS} ORDER BY number"), [], |_, row| {
        all.push(facts(row).map_err(failed(path))?);
        Ok(())
    })?;
    Ok(all)
}

fn tails(
    from: Statements<'_>,
    path: &Path,
    sql: &str,
    values: impl Params,
    all: &mut [SeriesRow],
) -> Result<(), Error> {
    let (mut place, mut columns) = (0, Columns::default());
    scan(from, path, sql, values, |series, row| {
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
    values: impl Params,
    mut each: impl FnMut(u64, &Row) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut outcome = Ok(());
    let read = from.run(sql, |statement| {
        let mut rows = statement.query(values)?;
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

//! The bars of tails, each with a CRC-32: SQLite finds damage of its pages, but not of the values in them.

use std::fmt::Display;
use std::ops::Range;
use std::path::Path;

use rusqlite::Row;

use crate::ledger::Error;
use crate::ledger::statistics::profile::Statements;
use crate::series::{Bar, Bars, Column, ColumnName, Columns};

/// The columns of a row, as [`StoredBar::read`] reads them.
pub(in crate::ledger) const COLUMNS: &str = "series, time, open, high, low, close, volume, extra, crc";

/// Bars per statement: many, because a statement costs as much as several bars.
const UPSERT_ROWS: usize = 32;

/// A row of the tail.
pub(in crate::ledger) struct StoredBar<'a> {
    pub(in crate::ledger) bar: Bar,
    pub(in crate::ledger) extra: &'a [u8],
    /// Whether it is what was stored.
    pub(in crate::ledger) is_sound: bool,
}

impl<'a> StoredBar<'a> {
    /// Reads a row of [`COLUMNS`].
    pub(in crate::ledger) fn read(row: &'a Row<'_>) -> rusqlite::Result<Self> {
        let series = row.get(0)?;
        let value = |column| row.get::<_, Option<f64>>(column).map(|value| value.unwrap_or(f64::NAN));
        let [open, high, low, close, volume] = [value(2)?, value(3)?, value(4)?, value(5)?, value(6)?];
        let bar = Bar { time: row.get(1)?, open, high, low, close, volume };
        let extra = row.get_ref(7)?.as_blob_or_null()?.unwrap_or_default();
        let stored: Option<i64> = row.get(8)?;
        let is_sound = stored.is_none_or(|stored| stored == crc(series, &bar, extra));
        Ok(Self { bar, extra, is_sound })
    }

    /// Appends the bar; `None` if its extra columns are damaged.
    pub(in crate::ledger) fn push(&self, columns: &mut Columns) -> Option<()> {
        columns.push(self.bar);
        let mut bytes = self.extra;
        while let Some((&length, rest)) = bytes.split_first() {
            let (name, rest) = rest.split_at_checked(length.into())?;
            let (value, rest) = rest.split_first_chunk()?;
            let name: ColumnName = str::from_utf8(name).ok()?.parse().ok()?;
            let place = columns.extra.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
                columns.extra.push((name, vec![f64::NAN; columns.times.len()]));
                columns.extra.len() - 1
            });
            *columns.extra[place].1.last_mut()? = f64::from_le_bytes(*value);
            bytes = rest;
        }
        Some(())
    }
}

/// The bars of all tails that are not what was stored: series and time.
pub(in crate::ledger) fn damaged(from: Statements<'_>, path: &Path) -> Result<Vec<(u64, i64)>, Error> {
    let failed = || Error::of("check", path);
    let known = "SELECT count(*) FROM pragma_table_info('tail') WHERE name = 'crc'";
    let count: i64 = from.connection.query_row(known, [], |row| row.get(0)).map_err(failed())?;
    // An older ledger has no checksums.
    if count == 0 {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    let read = from.run(&format!("SELECT {COLUMNS} FROM tail"), |statement| {
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let stored = StoredBar::read(row)?;
            if !stored.is_sound {
                found.push((row.get::<_, i64>(0)?.cast_unsigned(), stored.bar.time));
            }
        }
        Ok(())
    });
    read.map_err(failed()).map(|()| found)
}

/// What is said of a bar that is not what was stored.
pub(in crate::ledger) fn finding(series: &dyn Display, time: i64) -> String {
    format!("the bar of {series} at {time} ns does not match its checksum; `atrad db repair` goes on without it")
}

/// Removes bars by time.
pub(in crate::ledger) fn remove(to: Statements<'_>, series: i64, times: &[i64]) -> rusqlite::Result<usize> {
    times.iter().map(|time| to.execute("DELETE FROM tail WHERE series = ? AND time = ?", [series, *time])).sum()
}

/// The checksum of a bar of a series. A gap is one, whatever its bits, as it is stored as NULL; SQLite stores -0 as 0.
fn crc(series: i64, bar: &Bar, extra: &[u8]) -> i64 {
    let mut hasher = crc32fast::Hasher::new();
    let mut bytes = [0; 56];
    let values = [bar.open, bar.high, bar.low, bar.close, bar.volume];
    let values = values.map(|value| if value.is_nan() { f64::NAN } else { value + 0.0 }.to_bits());
    let words = [series.cast_unsigned(), bar.time.cast_unsigned()].into_iter().chain(values);
    bytes.chunks_exact_mut(8).zip(words).for_each(|(place, word)| place.copy_from_slice(&word.to_le_bytes()));
    hasher.update(&bytes);
    hasher.update(extra);
    hasher.finalize().into()
}

/// Upserts bars; those with equal times are replaced.
pub(in crate::ledger) fn upsert(to: Statements<'_>, series: i64, bars: &Bars) -> rusqlite::Result<usize> {
    let whole = bars.len() - bars.len() % UPSERT_ROWS;
    upsert_by(UPSERT_ROWS, to, series, bars, 0..whole)?;
    upsert_by(1, to, series, bars, whole..bars.len())?;
    Ok(bars.len())
}

/// Upserts `rows` in chunks; the length of `rows` is a multiple of the chunk.
fn upsert_by(at_once: usize, to: Statements<'_>, series: i64, bars: &Bars, rows: Range<usize>) -> rusqlite::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "INSERT INTO tail ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?){}
         ON CONFLICT (series, time) DO UPDATE SET open = excluded.open, high = excluded.high, low = excluded.low,
             close = excluded.close, volume = excluded.volume, extra = excluded.extra, crc = excluded.crc",
        ", (?, ?, ?, ?, ?, ?, ?, ?, ?)".repeat(at_once - 1),
    );
    for start in rows.step_by(at_once) {
        to.run(&sql, |statement| {
            let mut place = 1;
            for row in start..start + at_once {
                let [open, high, low, close, volume] = Column::ALL.map(|column| bars.column(column)[row]);
                let bar = Bar { time: bars.times()[row], open, high, low, close, volume };
                let extra = extra(bars, row);
                statement.raw_bind_parameter(place, series)?;
                statement.raw_bind_parameter(place + 1, bar.time)?;
                for (column, value) in [open, high, low, close, volume].into_iter().enumerate() {
                    statement.raw_bind_parameter(place + 2 + column, value)?;
                }
                let crc = crc(series, &bar, extra.as_deref().unwrap_or_default());
                place += 2 + Column::ALL.len();
                statement.raw_bind_parameter(place, extra)?;
                statement.raw_bind_parameter(place + 1, crc)?;
                place += 2;
            }
            statement.raw_execute()
        })?;
    }
    Ok(())
}

/// The extra columns of a bar as stored; NULL if all are NaN.
fn extra(bars: &Bars, row: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for (name, values) in &bars.columns().extra {
        if !values[row].is_nan() {
            let name = name.as_str().as_bytes();
            bytes.push(name.len() as u8);
            bytes.extend_from_slice(name);
            bytes.extend_from_slice(&values[row].to_le_bytes());
        }
    }
    (!bytes.is_empty()).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ledger::fixture::{add, ledger};
    use crate::ledger::{Change, Config, Writer};
    use crate::series::PriceRange;

    /// Any price or volume that bars may have.
    fn value() -> impl Strategy<Value = f64> {
        prop_oneof![Just(0.0), Just(-0.0), Just(5e-324), Just(1e300), Just(9_007_199_254_740_993.0), 0.0..1e9_f64]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn bars_are_loaded_with_the_same_bits(values in prop::collection::vec([value(), value(), value()], 1..70)) {
            let mut columns = Columns::default();
            for (row, [open, close, volume]) in values.into_iter().enumerate() {
                let (high, low) = (open.max(close), -open.max(close));
                columns.push(Bar { time: row as i64 - 9, open, high, low, close, volume });
            }
            let bars = Bars::in_range(columns, PriceRange::Any).expect("valid");
            let (_directory, path, mut writer) = ledger();
            writer.commit(&[add(1), Change::UpsertTail { series: 1, bars: bars.clone() }]).expect("committed");
            writer.close().expect("closed");
            let loaded = Writer::open(&path, &Config::default()).expect("opens").load().expect("sound");
            let bits = |bars: &Bars| Column::ALL.map(|column| bars.column(column).iter().map(|v| v.to_bits()).collect::<Vec<_>>());
            prop_assert_eq!(bits(&loaded[0].tail), bits(&bars));
        }
    }
}

//! Read-only access to the ledger.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, OpenFlags, Row};

use super::statistics::profile::{Profile, Statements};
use super::{
    AlertPosition, AlertRow, Config, Error, FiringPage, FiringRow, Page, SavedResultRow, database::pragmas,
    database::schema, history::anchor::Anchor, tables::alerts, tables::saved_results, tables::tail,
};

/// The maximum number of findings of a check.
const FINDINGS_MAX: usize = 10;

/// A read-only connection.
#[derive(Debug)]
pub struct Reader {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
    pub(super) profile: Arc<Profile>,
    /// Recorded before the file was opened; `None` if there was none then.
    anchor: Option<Anchor>,
}

/// Totals of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Series.
    pub series: u64,
    /// Sealed segments.
    pub segments: u64,
    /// Bars in sealed segments.
    pub sealed_rows: u64,
    /// Bytes of sealed segments.
    pub sealed_bytes: u64,
    /// Bars in tails.
    pub tail_rows: u64,
}

impl Reader {
    /// Opens the ledger at `path`, which a writer has created; statements are recorded in the profile.
    pub fn open(path: &Path, config: &Config, profile: Arc<Profile>) -> Result<Self, Error> {
        let anchor = Anchor::of_database(path).ok();
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(|error| match path.exists() {
            true => Error::of("open", path)(error),
            false => Error::Removed { path: path.into() },
        })?;
        pragmas::reader(&connection, config).map_err(Error::of("set up", path))?;
        schema::check(&connection, path)?;
        Ok(Self { connection, path: path.into(), profile, anchor })
    }

    /// Whether the file was removed, or another one took its place, as a repair and a restore do: this reader goes on to read the
    /// old one, which nobody writes to any more.
    pub fn is_replaced(&self) -> bool {
        self.anchor.as_ref().is_none_or(|anchor| anchor.lost().is_some())
    }

    /// Runs the integrity check of SQLite over the whole file, and checks every bar against its checksum.
    pub fn integrity(&self) -> Result<(), Error> {
        self.pages()?;
        let found: Vec<_> = self.damaged_bars()?;
        if found.is_empty() {
            return Ok(());
        }
        let found =
            found.iter().take(FINDINGS_MAX).map(|(series, time)| tail::finding(&format!("series {series}"), *time));
        Err(Error::Damaged { path: self.path.clone(), found: found.collect() })
    }

    /// Runs the integrity check of SQLite over the whole file.
    pub fn pages(&self) -> Result<(), Error> {
        let failed = || Error::of("check", &self.path);
        let mut statement = self.connection.prepare(&format!("PRAGMA quick_check({FINDINGS_MAX})")).map_err(failed())?;
        let found = statement.query_map([], |row| row.get(0)).map_err(failed())?;
        let found: Vec<String> = found.collect::<Result<_, _>>().map_err(failed())?;
        match found.as_slice() {
            [only] if only == "ok" => Ok(()),
            _ => Err(Error::Damaged { path: self.path.clone(), found }),
        }
    }

    /// The bars of tails that do not match their checksum: series and time.
    pub fn damaged_bars(&self) -> Result<Vec<(u64, i64)>, Error> {
        tail::damaged(self.statements(), &self.path)
    }

    /// The unexpired results of a page, sorted by key.
    pub fn saved_results(&self, page: Page<'_>, now_ms: i64) -> Result<Vec<SavedResultRow>, Error> {
        saved_results::list(self.statements(), &self.path, page, now_ms)
    }

    /// A saved result and its values, unless expired.
    pub fn saved_result(&self, key: &str, now_ms: i64) -> Result<Option<(SavedResultRow, Vec<u8>)>, Error> {
        let facts = saved_results::facts(self.statements(), &self.path, key, now_ms)?;
        // It may have been deleted between the two reads.
        Ok(facts.zip(saved_results::body(self.statements(), &self.path, key)?))
    }

    /// All alerts, by name.
    pub fn alerts(&self) -> Result<Vec<AlertRow>, Error> {
        alerts::list(self.statements(), &self.path)
    }

    /// How far an alert has come, in each of its series.
    pub fn alert_positions(&self, alert: &str) -> Result<Vec<AlertPosition>, Error> {
        alerts::positions(self.statements(), &self.path, alert)
    }

    /// The firings of a page, by number.
    pub fn firings(&self, page: FiringPage<'_>) -> Result<Vec<FiringRow>, Error> {
        alerts::firings(self.statements(), &self.path, page)
    }

    pub(super) fn statements(&self) -> Statements<'_> {
        Statements { connection: &self.connection, profile: &self.profile }
    }

    /// The price files referenced and replaced by the ledger; both empty before its tables exist.
    pub fn price_files(&self) -> Result<BTreeSet<u64>, Error> {
        let failed = || Error::of("list price files", &self.path);
        let mut found = BTreeSet::new();
        for table in ["segment", "retired"] {
            let known = "SELECT count(*) FROM sqlite_schema WHERE name = ?";
            if self.connection.query_row(known, [table], |row| row.get::<_, i64>(0)).map_err(failed())? == 0 {
                continue;
            }
            let sql = format!("SELECT number FROM {table}");
            let mut statement = self.connection.prepare(&sql).map_err(failed())?;
            let rows = statement.query_map([], |row| row.get::<_, i64>(0).map(i64::cast_unsigned)).map_err(failed())?;
            for number in rows {
                found.insert(number.map_err(failed())?);
            }
        }
        Ok(found)
    }

    /// Totals from one snapshot.
    pub fn counts(&self) -> Result<Counts, Error> {
        let sql = "SELECT (SELECT count(*) FROM series), count(*), coalesce(sum(rows), 0), coalesce(sum(bytes), 0),
                          (SELECT count(*) FROM tail) FROM segment";
        let count = |row: &Row<'_>| {
            let count = |column| row.get::<_, i64>(column).map(i64::cast_unsigned);
            Ok(Counts {
                series: count(0)?,
                segments: count(1)?,
                sealed_rows: count(2)?,
                sealed_bytes: count(3)?,
                tail_rows: count(4)?,
            })
        };
        self.statements().run(sql, |statement| statement.query_row([], count)).map_err(Error::of("count", &self.path))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{add, bars, facts, ledger};
    use super::super::{Change, Config};
    use super::*;

    #[test]
    fn readers_count_while_the_writer_is_open() {
        let (_directory, path, mut writer) = ledger();
        let reader = Reader::open(&path, &Config::default(), Arc::default()).expect("opens");
        assert_eq!(reader.counts().expect("counts"), Counts::default());
        let segment = |number| Change::AddSegment { series: 2, facts: facts(number, 0) };
        let tail = Change::UpsertTail { series: 1, bars: bars(0, 25, 1.0) };
        writer.commit(&[add(1), add(2), segment(1), segment(2), tail]).expect("committed");
        let counts = Counts { series: 2, segments: 2, sealed_rows: 20, sealed_bytes: 8192, tail_rows: 25 };
        assert_eq!(reader.counts().expect("counts"), counts);
        reader.integrity().expect("sound");
    }

    #[test]
    fn readers_cannot_write() {
        let (_directory, path, _writer) = ledger();
        let reader = Reader::open(&path, &Config::default(), Arc::default()).expect("opens");
        assert!(reader.connection.execute("DELETE FROM series", []).is_err());
    }

    #[test]
    fn damage_is_found() {
        let (_directory, path, mut writer) = ledger();
        let tail = Change::UpsertTail { series: 1, bars: bars(0, 5000, 1.25) };
        writer.commit(&[add(1), tail]).expect("committed");
        drop(writer);
        let mut bytes = std::fs::read(&path).expect("readable");
        let middle = bytes.len() / 2 / 4096 * 4096;
        bytes[middle..middle + 4096].fill(0x5a);
        std::fs::write(&path, bytes).expect("written");
        let _writer = super::super::Writer::open(&path, &Config::default()).expect("its head is sound");
        let reader = Reader::open(&path, &Config::default(), Arc::default()).expect("opens");
        assert!(matches!(reader.integrity(), Err(Error::Damaged { .. })));
    }

    #[test]
    fn a_ledger_that_was_removed_is_not_our_fault() {
        let (directory, path, _writer) = ledger();
        std::fs::remove_dir_all(directory.path()).expect("removed");
        let gone = Reader::open(&path, &Config::default(), Arc::default()).expect_err("gone");
        assert!(matches!(gone, Error::Removed { .. }), "{gone}");
    }

    #[test]
    fn a_flipped_bit_of_a_bar_is_found() {
        let (_directory, path, mut writer) = ledger();
        // The bits of this price are nowhere else.
        let price = 1_234.567_890_123_f64;
        writer.commit(&[add(1), Change::UpsertTail { series: 1, bars: bars(0, 50, price) }]).expect("committed");
        writer.close().expect("closed");
        let sound = std::fs::read(&path).expect("readable");
        let places = sound.windows(8).enumerate().filter(|(_, bytes)| *bytes == price.to_be_bytes());
        let places: Vec<_> = places.map(|(place, _)| place).collect();
        assert!(places.len() >= 50, "{} places", places.len());
        for (number, place) in places.into_iter().step_by(9).enumerate() {
            let mut bytes = sound.clone();
            bytes[place + 7] ^= 1 << (number % 8);
            std::fs::write(&path, bytes).expect("written");
            let writer = super::super::Writer::open(&path, &Config::default()).expect("its pages are sound");
            let reader = Reader::open(&path, &Config::default(), Arc::default()).expect("opens");
            for found in [reader.integrity(), writer.load().map(drop)] {
                let found = found.expect_err("damaged").to_string();
                assert!(found.contains("does not match its checksum"), "{found}");
            }
        }
    }
}

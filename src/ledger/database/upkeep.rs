//! Maintenance: online backup of the ledger, and vacuum of free pages.

use std::path::Path;

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use crate::ledger::{Error, Reader, Writer, history, tables::load};
use crate::series::SegmentFacts;

/// Pages copied between two checks for cancellation.
const STEP_PAGES: i32 = 256;

/// The file is vacuumed if more than this many pages, and more than a quarter of all, are free.
const FREE_PAGES_MIN: u64 = 4096;

impl Reader {
    /// Pins the current snapshot: later commits are invisible to this reader.
    pub fn hold(&self) -> Result<(), Error> {
        let held = self.connection.execute_batch("BEGIN; SELECT 1 FROM series LIMIT 1;");
        held.map_err(Error::of("pin", &self.path))
    }

    /// Copies the pinned snapshot of this reader (see `hold`) to a new file, while the writer continues. Stops when
    /// `is_active` returns false.
    pub fn copy_to(&self, path: &Path, is_active: &dyn Fn() -> bool) -> Result<(), Error> {
        let failed = || Error::of("copy to", path);
        let mut copy = Connection::open(path).map_err(failed())?;
        let backup = Backup::new(&self.connection, &mut copy).map_err(failed())?;
        // SQLite restarts an incremental backup when its source sees a new commit; a pinned snapshot sees none.
        loop {
            if !is_active() {
                return Err(Error::Stopped { path: path.into() });
            }
            match backup.step(STEP_PAGES).map_err(failed())? {
                StepResult::Done => break,
                StepResult::More => {}
                // The copy is private, and reading takes no lock that blocks.
                _ => return Err(Error::Busy { operation: "copy to", path: path.into(), tries: 1 }),
            }
        }
        drop(backup);
        // The copy is one durable file without a WAL.
        history::mark_backup(&copy).map_err(failed())?;
        copy.execute_batch("PRAGMA synchronous = FULL; PRAGMA journal_mode = DELETE;").map_err(failed())?;
        copy.close().map_err(|(_, error)| failed()(error))
    }

    /// The size in bytes of the ledger in this snapshot.
    pub fn bytes(&self) -> Result<u64, Error> {
        let value = |name| self.connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let bytes = value("page_count").and_then(|pages| Ok(pages * value("page_size")?));
        bytes.map(i64::cast_unsigned).map_err(Error::of("measure", &self.path))
    }

    /// The sealed segments of all series.
    pub fn segments(&self) -> Result<Vec<SegmentFacts>, Error> {
        load::all_segments(self.statements(), &self.path)
    }
}

impl Writer {
    /// Vacuums the file if worthwhile, and lets SQLite update its statistics. For idle times: it rewrites the whole
    /// file.
    pub fn tidy(&mut self) -> Result<(), Error> {
        self.tidy_beyond(FREE_PAGES_MIN)
    }

    fn tidy_beyond(&mut self, free_min: u64) -> Result<(), Error> {
        let failed = || Error::of("optimise", &self.path);
        let pages = |name| self.connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let free = pages("freelist_count").map_err(failed())?.cast_unsigned();
        let all = pages("page_count").map_err(failed())?.cast_unsigned();
        if free > free_min && free > all / 4 {
            self.connection.execute_batch("VACUUM").map_err(failed())?;
            tracing::info!(free, all, "vacuumed free pages of the ledger");
        }
        self.connection.execute_batch("PRAGMA optimize").map_err(failed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::fixture::{add, bars, ledger};
    use crate::ledger::{Change, Config};

    #[test]
    fn a_copy_is_of_the_moment_that_was_held() {
        let (directory, path, mut writer) = ledger();
        let tail = |series, rows| Change::UpsertTail { series, bars: bars(0, rows, 1.0) };
        writer.commit(&[add(1), tail(1, 50_000)]).expect("committed");
        let before = writer.load().expect("loads");
        let reader = Reader::open(&path, &Config::default(), writer.profile()).expect("opens");
        reader.hold().expect("pinned");
        writer.commit(&[add(2), tail(2, 5000), Change::DeleteSeries { series: 1 }]).expect("committed");
        let copy = directory.path().join("copy.db");
        let commits = std::cell::RefCell::new((0, &mut writer));
        let is_active = || {
            let (number, writer) = &mut *commits.borrow_mut();
            *number += 1;
            writer
                .commit(&[Change::UpsertTail { series: 2, bars: bars(*number * 1000, 1000, 2.0) }])
                .expect("committed");
            true
        };
        reader.copy_to(&copy, &is_active).expect("copied");
        assert!(commits.into_inner().0 > 1, "commits come between the steps");
        assert!(!directory.path().join("copy.db-wal").exists());
        let copied = Writer::open(&copy, &Config::default()).expect("opens");
        assert_eq!(copied.load().expect("loads"), before);
        let (asked, stopped) = (std::cell::Cell::new(0), directory.path().join("stopped.db"));
        let once = || asked.replace(asked.get() + 1) == 0;
        assert!(matches!(reader.copy_to(&stopped, &once), Err(Error::Stopped { path }) if path == stopped));
        assert_eq!(asked.get(), 2, "it stops within the copy");
        assert!(matches!(reader.copy_to(&path.join("none"), &|| true), Err(Error::Open { .. })));
    }

    #[test]
    fn room_is_given_back_when_it_is_worth_it() {
        let (_directory, path, mut writer) = ledger();
        writer.commit(&[add(1), Change::UpsertTail { series: 1, bars: bars(0, 50_000, 1.25) }]).expect("committed");
        let pages = |writer: &Writer, name: &str| -> i64 {
            writer.connection.pragma_query_value(None, name, |row| row.get(0)).expect("a count")
        };
        writer.commit(&[Change::ClearTail { series: 1, through: i64::MAX }]).expect("committed");
        assert!(pages(&writer, "freelist_count") > 100);
        writer.tidy().expect("tidy");
        assert!(pages(&writer, "freelist_count") > 100, "too little to be worth it");
        writer.tidy_beyond(100).expect("tidy");
        assert_eq!(pages(&writer, "freelist_count"), 0);
        Reader::open(&path, &Config::default(), writer.profile()).expect("opens").integrity().expect("sound");
    }
}

//! Data folders that are only read.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::StoredBars;
use crate::ledger::{self, Reader, SeriesExtent, SeriesRow};
use crate::prices::{self, open_segment};
use crate::series::SeriesId;

/// How often a series is looked up while its price files are merged. A merge removes files only after it has committed what
/// replaces them, so that the next look finds those.
const TRIES: usize = 5;

/// Why a series cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no ledger.
    #[error("{} is not a data folder: it has no ledger.db", path.display())]
    NoLedger {
        /// The folder.
        path: PathBuf,
    },
    /// The ledger cannot be read.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
    /// A price file cannot be read.
    #[error(transparent)]
    Prices(#[from] prices::Error),
}

/// A stored series as it was at one epoch.
#[derive(Debug, Clone)]
pub struct StoredSeries {
    /// Its epoch, incremented with every change.
    pub epoch: u64,
    /// Its bars. They stay readable and as they are, whatever a server does.
    pub bars: Arc<StoredBars>,
}

/// A data folder that is only read, also while a server writes to it. Every look sees what was committed then.
#[derive(Debug)]
pub struct StoredFolder {
    path: PathBuf,
    /// A connection of SQLite serves one thread at a time.
    reader: Mutex<Reader>,
}

impl StoredFolder {
    /// Opens a data folder that a server has made.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let ledger = path.join("ledger.db");
        if !ledger.exists() {
            return Err(Error::NoLedger { path: path.into() });
        }
        let reader = Reader::open(&ledger, &ledger::Config::default(), Arc::default())?;
        Ok(Self { path: path.into(), reader: Mutex::new(reader) })
    }

    /// The path of the folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How far each series reaches, by name.
    pub fn series(&self) -> Result<Vec<SeriesExtent>, Error> {
        let mut extents = self.read(Reader::extents)?;
        extents.sort_by(|one, two| one.name.cmp(&two.name));
        Ok(extents)
    }

    /// A series as it is now; `None` if there is none of this name. One with a lost or damaged price file is refused.
    pub fn get(&self, name: &SeriesId) -> Result<Option<StoredSeries>, Error> {
        let mut tries = TRIES;
        loop {
            let Some(row) = self.read(|reader| reader.series(name))? else { return Ok(None) };
            match open(&self.path, row) {
                Err(prices::Error::Io { source, .. }) if source.kind() == ErrorKind::NotFound && tries > 1 => {
                    tries -= 1
                }
                found => return Ok(Some(found?)),
            }
        }
    }

    fn read<T>(&self, read: impl FnOnce(&Reader) -> Result<T, ledger::Error>) -> Result<T, Error> {
        Ok(read(&self.reader.lock().unwrap_or_else(PoisonError::into_inner))?)
    }
}

fn open(folder: &Path, row: SeriesRow) -> Result<StoredSeries, prices::Error> {
    let mut segments = Vec::with_capacity(row.segments.len());
    for facts in &row.segments {
        let segment = open_segment(folder, facts.number)?;
        if segment.facts() != *facts {
            return Err(prices::Error::lost(facts));
        }
        segments.push(Arc::new(segment));
    }
    let bars = Arc::new(StoredBars::new(segments, row.tail.into()));
    Ok(StoredSeries { epoch: row.epoch, bars })
}

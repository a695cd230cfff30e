//! Data folders that are only read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::StoredBars;
use crate::ledger::{self, Reader, SeriesExtent};
use crate::prices::{self, Segment, open_segment};
use crate::series::{SegmentFacts, SeriesId};

/// How often a series is looked up while its price files are merged.
const TRIES: usize = 20;

/// Why a series cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no ledger.
    #[error("{} is not a data folder: it has no ledger.db", path.display())]
    NoLedger {
        /// The folder.
        path: PathBuf,
    },
    /// A repair goes on, or was interrupted before the new ledger was complete.
    #[error("a repair of data folder {} is not complete; run `atrad db repair` again if it was interrupted", path.display())]
    RepairInterrupted {
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

/// A data folder that is only read, also while a server writes to it. Every look sees what was committed then, also to a ledger
/// that has taken the place of another one.
#[derive(Debug)]
pub struct StoredFolder {
    path: PathBuf,
    /// A connection of SQLite serves one thread at a time.
    reader: Mutex<Reader>,
}

impl StoredFolder {
    /// Opens a data folder that a server has made.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Ok(Self { path: path.into(), reader: Mutex::new(reader(path)?) })
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

    /// A series as it is now; `None` if there is none of this name. Bars of a lost or damaged price file are missing, and what needs
    /// them is refused by [`StoredBars::rows_of`] and [`StoredBars::connected`].
    ///
    /// A merge removes files only after it has committed what replaces them: a look that does not find a file is followed by
    /// another one, and a file that this one names still is lost.
    pub fn get(&self, name: &SeriesId) -> Result<Option<StoredSeries>, Error> {
        let (mut tries, mut absent) = (TRIES, BTreeSet::new());
        loop {
            let Some(row) = self.read(|reader| reader.series(name))? else { return Ok(None) };
            let (mut segments, mut missing, mut vanished) = (Vec::new(), Vec::new(), None);
            for facts in &row.segments {
                match open(&self.path, facts) {
                    Ok(segment) => segments.push(Arc::new(segment)),
                    Err(error) if error.is_not_found() => {
                        missing.push(*facts);
                        if absent.insert(facts.number) {
                            vanished = Some(error);
                        }
                    }
                    Err(error) if error.is_loss() => missing.push(*facts),
                    Err(error) => return Err(error.into()),
                }
            }
            tries -= 1;
            match vanished {
                Some(error) if tries == 0 => return Err(error.into()),
                Some(_) => {}
                None => {
                    let bars = StoredBars::new(segments, row.tail.into()).without(missing.into());
                    return Ok(Some(StoredSeries { epoch: row.epoch, bars: Arc::new(bars) }));
                }
            }
        }
    }

    fn read<T>(&self, read: impl FnOnce(&Reader) -> Result<T, ledger::Error>) -> Result<T, Error> {
        let mut opened = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        if opened.is_replaced() {
            *opened = reader(&self.path)?;
        }
        Ok(read(&opened)?)
    }
}

/// Opens the ledger of a data folder.
fn reader(folder: &Path) -> Result<Reader, Error> {
    let ledger = folder.join("ledger.db");
    if !ledger.exists() {
        return Err(Error::NoLedger { path: folder.into() });
    }
    if ledger::repairing(&ledger).exists() {
        return Err(Error::RepairInterrupted { path: folder.into() });
    }
    Ok(Reader::open(&ledger, &ledger::Config::default(), Arc::default())?)
}

/// The price file with these facts.
fn open(folder: &Path, facts: &SegmentFacts) -> Result<Segment, prices::Error> {
    let segment = open_segment(folder, facts.number)?;
    if segment.facts() == *facts { Ok(segment) } else { Err(prices::Error::lost(facts)) }
}

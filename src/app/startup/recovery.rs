//! Recovery: the checks of a start before it changes anything. The ledger names the price files; the files and the
//! witness tell whether the ledger belongs to them.
//!
//! A file is only removed if the ledger proves that it was replaced. A ledger that has lost commits is refused: opening
//! it would discard the files that remain of them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::app::Error;
use crate::ledger::{self, History, Reader, State};
use crate::prices::Folder;
use crate::series::CommitId;

/// The ledger of a data folder.
pub(crate) fn ledger_path(folder: &Folder) -> PathBuf {
    folder.path().join("ledger.db")
}

/// Refuses a lost ledger, or one that has lost commits. Read-only.
pub(crate) fn examine(folder: &Folder, config: &ledger::Config) -> Result<(), Error> {
    let path = ledger_path(folder);
    if ledger::repairing(&path).exists() {
        return Err(Error::RepairInterrupted { path: folder.path().into() });
    }
    let files = folder.numbers()?;
    if bytes(&path) == 0 {
        return match remains(folder, &path, !files.is_empty()) {
            Some(found) => Err(Error::NoLedger { path: folder.path().into(), found }),
            None => Ok(()),
        };
    }
    let reader = Reader::open(&path, config, Default::default())?;
    let named = reader.price_files()?;
    let Some(history) = reader.history()?.filter(|history| !history.is_new()) else {
        // Without a lineage, only this distinguishes an empty ledger from the one of the files.
        return match named.is_empty() && !files.is_empty() {
            true => Err(Error::NoLedger { path: folder.path().into(), found: "price files" }),
            false => Ok(()),
        };
    };
    for number in files.into_iter().filter(|number| !named.contains(number)) {
        let origin = folder.segment(number).ok().and_then(|segment| segment.origin());
        let Some(origin) = origin else { continue };
        if !history.holds(origin.commit) && !history.may_be_next(origin.commit) {
            let witness = format!("price file {number:016x}.atp of {}", origin.id);
            behind(folder, &history, witness, origin.commit)?;
        }
    }
    match ledger::witness(&path) {
        Some(commit) if !history.holds(commit) && history.state == State::Open => {
            behind(folder, &history, "its witness GENERATION".into(), commit)
        }
        Some(commit) if !history.holds(commit) => {
            let generation = history.generation;
            tracing::warn!(generation, before = commit.generation, "the ledger was restored from a backup");
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Refuses the ledger, unless it runs without fsync and may lose commits in a power failure.
fn behind(folder: &Folder, history: &History, witness: String, commit: CommitId) -> Result<(), Error> {
    let (generation, found) = (history.generation, commit.generation);
    if history.relaxed {
        tracing::warn!(generation, found, %witness, "unsynced commits were lost");
        return Ok(());
    }
    Err(Error::LedgerBehind { path: folder.path().into(), generation, witness, found })
}

/// Evidence that there was a ledger, if any.
fn remains(folder: &Folder, path: &Path, has_files: bool) -> Option<&'static str> {
    let has_orphans = folder.orphans().is_ok_and(|orphans| !orphans.is_empty());
    let found = [
        (has_files || has_orphans, "price files"),
        (bytes(&log_path(path)) > 0, "a write-ahead log"),
        (ledger::witness(path).is_some(), "a witness of an earlier ledger"),
    ];
    found.into_iter().find_map(|(there, what)| there.then_some(what))
}

/// The write-ahead log of a ledger.
pub(crate) fn log_path(path: &Path) -> PathBuf {
    let mut log = path.to_owned().into_os_string();
    log.push("-wal");
    log.into()
}

fn bytes(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |found| found.len())
}

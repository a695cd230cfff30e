//! The ledger before a repair, which a repair never changes.
//!
//! One that is unusable is named `ledger.repairing` until the new ledger is complete: what can be read of it is stored nowhere
//! else, so a repair that is interrupted begins again with it, and no server starts before.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::recovery::{ledger_path, log_path};
use crate::app::Error;
use crate::ledger;
use crate::prices::Folder;

/// Where an unusable ledger is while it is repaired.
fn repairing(folder: &Folder) -> PathBuf {
    ledger::repairing(&ledger_path(folder))
}

/// Whether a repair was interrupted.
pub(super) fn is_interrupted(folder: &Folder) -> bool {
    repairing(folder).exists()
}

/// The ledger to repair.
pub(super) fn source(folder: &Folder) -> PathBuf {
    if is_interrupted(folder) { repairing(folder) } else { ledger_path(folder) }
}

/// Copies a ledger and its write-ahead log, and returns the path of the copy, if there is a ledger.
pub(super) fn copy(folder: &Folder) -> Result<Option<PathBuf>, Error> {
    let (path, aside) = (ledger_path(folder), before_repair(folder));
    copy_file(&log_path(&path), &log_path(&aside))?;
    let is_there = copy_file(&path, &aside)?;
    folder.sync()?;
    Ok(is_there.then_some(aside))
}

/// Moves an unusable ledger and its write-ahead log out of the way. They are removed once the copies are durable.
pub(super) fn set_aside(folder: &Folder) -> Result<(), Error> {
    let (path, aside) = (ledger_path(folder), repairing(folder));
    if !is_interrupted(folder) {
        // One that an earlier repair has left belongs to another ledger.
        remove(&log_path(&aside))?;
        copy_file(&log_path(&path), &log_path(&aside))?;
        let incomplete = aside.with_extension("tmp");
        if copy_file(&path, &incomplete)? {
            fs::rename(&incomplete, &aside).map_err(failed(&incomplete))?;
        }
        folder.sync()?;
    }
    [path.with_extension("db-shm"), log_path(&path), path].iter().try_for_each(|path| remove(path))
}

/// Gives the old ledger its last name, now that the new one is complete. Returns it, if there was one.
pub(super) fn finish(folder: &Folder) -> Result<Option<PathBuf>, Error> {
    let (aside, last) = (repairing(folder), before_repair(folder));
    let is_there = aside.exists();
    for (from, to) in [(aside.clone(), last.clone()), (log_path(&aside), log_path(&last))] {
        if from.exists() {
            fs::rename(&from, &to).map_err(failed(&from))?;
        }
    }
    folder.sync()?;
    Ok(is_there.then_some(last))
}

/// A name of this moment.
fn before_repair(folder: &Folder) -> PathBuf {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_millis());
    folder.path().join(format!("ledger.before-repair.{now}"))
}

/// Copies and syncs a file, if it is there.
fn copy_file(from: &Path, to: &Path) -> Result<bool, Error> {
    match fs::copy(from, to).and_then(|_| File::open(to)?.sync_all()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        copied => copied.map(|()| true).map_err(failed(from)),
    }
}

fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(path)(error)),
        _ => Ok(()),
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> Error {
    move |source| Error::SetAside { path: path.into(), source }
}

//! The anchor: detects that the files of an open ledger were removed or replaced.
//!
//! On Unix, SQLite keeps writing to a file that has lost its name, and the data is gone when the process ends. So
//! device and inode of the database and its WAL are recorded at open and compared after each commit; two
//! `stat` calls are small beside the fsync. An inotify watch would report it asynchronously, after a commit might have
//! been acknowledged.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The database and its WAL, each with the device and inode at open.
#[derive(Debug)]
pub(in crate::ledger) struct Anchor(Vec<(PathBuf, (u64, u64))>);

impl Anchor {
    /// Records the current files of the ledger at `path`.
    pub(in crate::ledger) fn new(path: &Path) -> io::Result<Self> {
        let mut log = path.to_owned().into_os_string();
        log.push("-wal");
        Self::of([path.to_owned(), log.into()])
    }

    /// Records the database alone: the WAL comes and goes with the writer.
    pub(in crate::ledger) fn of_database(path: &Path) -> io::Result<Self> {
        Self::of([path.to_owned()])
    }

    fn of(files: impl IntoIterator<Item = PathBuf>) -> io::Result<Self> {
        files.into_iter().map(|file| inode(&file).map(|inode| (file, inode))).collect::<io::Result<_>>().map(Self)
    }

    /// The first file that is missing or was replaced.
    pub(in crate::ledger) fn lost(&self) -> Option<&Path> {
        let is_lost = |(file, known): &&(PathBuf, _)| inode(file).ok().as_ref() != Some(known);
        self.0.iter().find(is_lost).map(|(file, _)| &**file)
    }
}

fn inode(file: &Path) -> io::Result<(u64, u64)> {
    fs::metadata(file).map(|found| (found.dev(), found.ino()))
}

#[cfg(test)]
mod tests {
    use crate::ledger::Error;
    use crate::ledger::fixture::{add, ledger};

    #[test]
    fn nothing_is_acknowledged_once_a_file_is_gone() {
        for file in ["ledger.db", "ledger.db-wal"] {
            let (directory, _path, mut writer) = ledger();
            writer.commit(&[add(1)]).expect("committed");
            std::fs::remove_file(directory.path().join(file)).expect("removed");
            for _ in 0..2 {
                let error = writer.commit(&[add(2)]).expect_err("refused");
                assert!(matches!(&error, Error::Removed { path } if path.ends_with(file)), "{error}");
            }
        }
        let (directory, _path, mut writer) = ledger();
        std::fs::remove_dir_all(directory.path()).expect("removed");
        assert!(matches!(writer.commit(&[add(1)]), Err(Error::Removed { .. })));
    }
}

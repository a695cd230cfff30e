//! The anchor: notices that the files of an open ledger are no longer the ones under its names. SQLite goes on writing to
//! files that were removed or replaced, and what it writes there is gone with the process.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The ledger and its write-ahead log, each with the device and the inode that it had.
#[derive(Debug)]
pub(super) struct Anchor(Vec<(PathBuf, (u64, u64))>);

impl Anchor {
    /// The files of the ledger at `path` as they are now.
    pub(super) fn new(path: &Path) -> io::Result<Self> {
        let mut log = path.to_owned().into_os_string();
        log.push("-wal");
        let files = [path.to_owned(), log.into()].into_iter();
        files.map(|file| inode(&file).map(|inode| (file, inode))).collect::<io::Result<_>>().map(Self)
    }

    /// The first file that is no longer there, or is another one.
    pub(super) fn lost(&self) -> Option<&Path> {
        let is_lost = |(file, known): &&(PathBuf, _)| inode(file).ok().as_ref() != Some(known);
        self.0.iter().find(is_lost).map(|(file, _)| &**file)
    }
}

fn inode(file: &Path) -> io::Result<(u64, u64)> {
    fs::metadata(file).map(|found| (found.dev(), found.ino()))
}

#[cfg(test)]
mod tests {
    use super::super::Error;
    use super::super::fixture::{add, ledger};

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

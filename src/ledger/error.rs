//! The ways in which the ledger can fail.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use rusqlite::ffi::{SQLITE_IOERR_DIR_FSYNC, SQLITE_IOERR_FSYNC};

use crate::series;

/// Why the ledger cannot be used, or why a change was not made. Nothing of a failed commit is kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be opened.
    #[error("cannot open ledger {}: {source}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The file was made by a newer atrad.
    #[error("ledger {} has format version {found}, newer than the supported {known}", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The newest version that is known.
        known: u32,
    },
    /// There is no room left on the disk, or in the file.
    #[error("cannot {operation} in ledger {}: the disk is full", path.display())]
    Full {
        /// What was tried.
        operation: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// Another process locked the file for too long.
    #[error("cannot {operation} in ledger {}: locked by another process for {tries} attempts", path.display())]
    Busy {
        /// What was tried.
        operation: &'static str,
        /// The file.
        path: PathBuf,
        /// How often.
        tries: u32,
    },
    /// The disk refused to read or write.
    #[error("cannot {operation} in ledger {}: {source}", path.display())]
    Io {
        /// What was tried.
        operation: &'static str,
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// An fsync failed, now or at an earlier commit; only a restart can tell what the disk holds.
    #[error("cannot {operation} in ledger {}: fsync failed, restart needed", path.display())]
    Unconfirmed {
        /// What was tried.
        operation: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// The file that tells how far the ledger has got cannot be kept.
    #[error("cannot keep the witness of ledger {}: {source}", path.display())]
    Witness {
        /// The ledger.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file of the ledger was removed or replaced while it was open.
    #[error("{} was removed or replaced while it was open; nothing more is stored, restart needed", path.display())]
    Removed {
        /// The file.
        path: PathBuf,
    },
    /// A copy was given up, as nobody wants it any longer.
    #[error("the copy to {} was stopped", path.display())]
    Stopped {
        /// The file of the copy.
        path: PathBuf,
    },
    /// A change is about something that is not there.
    #[error("{what} {number} does not exist in the ledger")]
    Missing {
        /// A series or a segment.
        what: &'static str,
        /// Its number.
        number: u64,
    },
    /// A stored series is invalid.
    #[error("series {series} of ledger {} is damaged: {source}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The number of the series.
        series: u64,
        /// What is wrong with it.
        source: series::Error,
    },
    /// SQLite finds the file damaged.
    #[error("ledger {} is damaged: {}", path.display(), found.join("; "))]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite found.
        found: Vec<String>,
    },
    /// SQLite refused for another reason: a fault of ours.
    #[error("cannot {operation} in ledger {}: {source}", path.display())]
    Broken {
        /// What was tried.
        operation: &'static str,
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
}

impl Error {
    /// What an error of SQLite means for those above.
    pub(super) fn of(operation: &'static str, path: &Path) -> impl FnOnce(rusqlite::Error) -> Self {
        let path = path.to_owned();
        move |source| match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
                Self::Busy { operation, path, tries: 1 }
            }
            Some(ErrorCode::DiskFull) => Self::Full { operation, path },
            Some(ErrorCode::CannotOpen | ErrorCode::NotADatabase) => Self::Open { path, source },
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { path, found: vec![source.to_string()] },
            Some(ErrorCode::SystemIoFailure) => match source.sqlite_error().map(|error| error.extended_code) {
                Some(SQLITE_IOERR_FSYNC | SQLITE_IOERR_DIR_FSYNC) => Self::Unconfirmed { operation, path },
                _ => Self::Io { operation, path, source },
            },
            _ => Self::Broken { operation, path, source },
        }
    }

    /// Trying again may help.
    pub(super) fn is_transient(&self) -> bool {
        matches!(self, Self::Busy { .. } | Self::Io { .. })
    }
}

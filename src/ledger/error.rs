//! Errors of the ledger.

use std::fs::File;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use rusqlite::ffi::{SQLITE_IOERR_DIR_FSYNC, SQLITE_IOERR_FSYNC};

use crate::series;

/// Why the ledger cannot be used, or why a commit failed. A failed commit changes nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be opened.
    #[error("cannot open ledger {}: {source}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// The error of SQLite.
        source: rusqlite::Error,
    },
    /// The file was created by a newer atrad.
    #[error("ledger {} has format version {found}, newer than the supported {known}", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The newest supported version.
        known: u32,
    },
    /// The disk or the file is full.
    #[error("cannot {operation} in ledger {}: the disk is full", path.display())]
    Full {
        /// The operation.
        operation: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// The process or the system has no file handle left.
    #[error("cannot {operation} in ledger {}: too many files are open", path.display())]
    Handles {
        /// The operation.
        operation: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// Another process locked the file for too long.
    #[error("cannot {operation} in ledger {}: locked by another process for {tries} attempts", path.display())]
    Busy {
        /// The operation.
        operation: &'static str,
        /// The file.
        path: PathBuf,
        /// The number of attempts.
        tries: u32,
    },
    /// A disk I/O error.
    #[error("cannot {operation} in ledger {}: {source}", path.display())]
    Io {
        /// The operation.
        operation: &'static str,
        /// The file.
        path: PathBuf,
        /// The error of SQLite.
        source: rusqlite::Error,
    },
    /// An fsync failed, now or at an earlier commit; only a restart can establish what is on disk.
    #[error("cannot {operation} in ledger {}: fsync failed, restart needed", path.display())]
    Unconfirmed {
        /// The operation.
        operation: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// The witness (high-water mark) cannot be written.
    #[error("cannot keep the witness of ledger {}: {source}", path.display())]
    Witness {
        /// The ledger.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// A file of the ledger was removed or replaced while open.
    #[error("{} was removed or replaced while it was open; nothing more is stored, restart needed", path.display())]
    Removed {
        /// The file.
        path: PathBuf,
    },
    /// A copy was cancelled.
    #[error("the copy to {} was stopped", path.display())]
    Stopped {
        /// The file of the copy.
        path: PathBuf,
    },
    /// A change refers to a missing series or segment.
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
        /// The reason.
        source: series::Error,
    },
    /// The integrity check of SQLite failed.
    #[error("ledger {} is damaged: {}", path.display(), found.join("; "))]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The findings of SQLite.
        found: Vec<String>,
    },
    /// SQLite failed for another reason: a bug.
    #[error("cannot {operation} in ledger {}: {source}", path.display())]
    Broken {
        /// The operation.
        operation: &'static str,
        /// The file.
        path: PathBuf,
        /// The error of SQLite.
        source: rusqlite::Error,
    },
}

impl Error {
    /// Maps an error of SQLite to the variants above.
    pub(super) fn of(operation: &'static str, path: &Path) -> impl FnOnce(rusqlite::Error) -> Self {
        let path = path.to_owned();
        move |source| match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
                Self::Busy { operation, path, tries: 1 }
            }
            Some(ErrorCode::DiskFull) => Self::Full { operation, path },
            Some(ErrorCode::CannotOpen) if is_out_of_handles(&path) => Self::Handles { operation, path },
            Some(ErrorCode::CannotOpen | ErrorCode::NotADatabase) => Self::Open { path, source },
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { path, found: vec![source.to_string()] },
            Some(ErrorCode::SystemIoFailure) => match source.sqlite_error().map(|error| error.extended_code) {
                Some(SQLITE_IOERR_FSYNC | SQLITE_IOERR_DIR_FSYNC) => Self::Unconfirmed { operation, path },
                _ => Self::Io { operation, path, source },
            },
            _ => Self::Broken { operation, path, source },
        }
    }

    /// Whether the file itself is at fault, and remains so.
    pub fn is_damage(&self) -> bool {
        matches!(
            self,
            Self::Open { .. }
                | Self::Io { .. }
                | Self::Invalid { .. }
                | Self::Damaged { .. }
                | Self::Broken { .. }
                | Self::Missing { .. }
        )
    }

    /// Whether a retry may succeed.
    pub(super) fn is_transient(&self) -> bool {
        matches!(self, Self::Busy { .. } | Self::Io { .. } | Self::Handles { .. })
    }
}

/// Whether files cannot be opened because too many are. SQLite tells only that it cannot open the file, so this asks again.
fn is_out_of_handles(path: &Path) -> bool {
    let opened = File::open(path);
    opened.is_err_and(|error| matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE)))
}

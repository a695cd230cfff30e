//! Errors of price files.

use std::io;
use std::path::{Path, PathBuf};

use crate::series::SegmentFacts;

/// Why a price file or its folder cannot be used. Every message names the file.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system rejected an operation.
    #[error("cannot {operation} {}: {source}", path.display())]
    Io {
        /// The operation.
        operation: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The disk is full.
    #[error("cannot {operation} {}: the disk is full", path.display())]
    Full {
        /// The operation.
        operation: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// The process or the system has no handle or memory map left.
    #[error("cannot {operation} {}: {source}; too many files are open or mapped", path.display())]
    Handles {
        /// The operation.
        operation: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// Another server uses the data folder.
    #[error("data folder {} is in use by another server", path.display())]
    Locked {
        /// The data folder.
        path: PathBuf,
    },
    /// A price file of this number already exists; published files are immutable.
    #[error("price file {} already exists", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A copy was cancelled.
    #[error("the copy to {} was stopped", path.display())]
    Stopped {
        /// The file.
        path: PathBuf,
    },
    /// There are no bars to seal.
    #[error("price file {} must have at least 1 bar, got 0", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The bars to seal are not in time order.
    #[error("price file {}: time of row {row} must be after the previous time", path.display())]
    Order {
        /// The file.
        path: PathBuf,
        /// The row out of order.
        row: usize,
    },
    /// The file is not a price file.
    #[error("{} is not a price file", path.display())]
    NotAPriceFile {
        /// The file.
        path: PathBuf,
    },
    /// The format version is not supported.
    #[error("price file {} has version {found}, only versions up to {known} are known", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The newest supported version.
        known: u32,
    },
    /// The file is truncated.
    #[error("price file {} must have {needed} bytes, got {bytes}", path.display())]
    Short {
        /// The file.
        path: PathBuf,
        /// Its length.
        bytes: u64,
        /// The expected length.
        needed: u64,
    },
    /// The head of the file is damaged.
    #[error("price file {} has a damaged header: {part}", path.display())]
    Head {
        /// The file.
        path: PathBuf,
        /// The damaged part.
        part: &'static str,
    },
    /// A block of the file is damaged.
    #[error(
        "price file {number:016x}.atp, bars from {first_time} to {last_time}, is damaged in block {block} of column {column}"
    )]
    Corrupt {
        /// The number of the file.
        number: u64,
        /// The column.
        column: String,
        /// The block of 1,024 rows.
        block: usize,
        /// When the first bar of the file opens.
        first_time: i64,
        /// When the last bar of the file opens.
        last_time: i64,
    },
    /// Bytes of an open file cannot be read: the disk has an error there, or someone cut the file.
    #[error(
        "price file {number:016x}.atp, bars from {first_time} to {last_time}, cannot be read: a disk error, or the file was cut short"
    )]
    Unreadable {
        /// The number of the file.
        number: u64,
        /// When its first bar opens.
        first_time: i64,
        /// When its last bar opens.
        last_time: i64,
    },
    /// A file with required bars is missing, or was quarantined because it is damaged.
    #[error(
        "price file {number:016x}.atp, bars from {first_time} to {last_time}, is missing or damaged; put it back and restart, or accept the loss"
    )]
    Lost {
        /// The number of the file.
        number: u64,
        /// When its first bar opens.
        first_time: i64,
        /// When its last bar opens.
        last_time: i64,
    },
}

impl Error {
    /// Wraps an error of the operating system.
    pub(super) fn io(operation: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| match source {
            source if Self::is_full(&source) => Self::Full { operation, path: path.into() },
            source if Self::is_out_of_handles(&source) => Self::Handles { operation, path: path.into(), source },
            source => Self::Io { operation, path: path.into(), source },
        }
    }

    /// DATA_LOSS: bars of this segment are needed, and its file is missing or damaged.
    pub fn lost(facts: &SegmentFacts) -> Self {
        let SegmentFacts { number, first_time, last_time, .. } = *facts;
        Self::Lost { number, first_time, last_time }
    }

    /// Whether acknowledged bars cannot be read.
    pub fn is_loss(&self) -> bool {
        self.is_damage() || matches!(self, Self::Lost { .. } | Self::Unreadable { .. })
    }

    /// Whether there is no file of this name.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }

    /// Whether the disk is full.
    pub fn is_full(error: &io::Error) -> bool {
        matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
    }

    /// Whether files cannot be opened or mapped because too many are.
    pub fn is_out_of_handles(error: &io::Error) -> bool {
        matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE | libc::ENOMEM))
    }

    /// Whether the file itself is permanently at fault and must be quarantined.
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::NotAPriceFile { .. } | Self::Short { .. } | Self::Head { .. } | Self::Corrupt { .. })
    }
}

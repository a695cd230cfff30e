//! The ways in which price files can fail.

use std::io;
use std::path::{Path, PathBuf};

/// Why a price file or its folder cannot be used. Every message names the file.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system refused an operation.
    #[error("cannot {operation} {}: {source}", path.display())]
    Io {
        /// What was tried.
        operation: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// There is no room left on the disk.
    #[error("cannot {operation} {}: the disk is full", path.display())]
    Full {
        /// What was tried.
        operation: &'static str,
        /// On which file.
        path: PathBuf,
    },
    /// Another server uses the data folder.
    #[error("data folder {} is in use by another server", path.display())]
    Locked {
        /// The data folder.
        path: PathBuf,
    },
    /// There is a price file of this number already; published files are never changed.
    #[error("price file {} already exists", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A copy was given up, as nobody wants it any longer.
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
    /// The bars to seal are not in order of time.
    #[error("price file {}: time of row {row} must be after the previous time", path.display())]
    Order {
        /// The file.
        path: PathBuf,
        /// Which bar.
        row: usize,
    },
    /// The file is something else.
    #[error("{} is not a price file", path.display())]
    NotAPriceFile {
        /// The file.
        path: PathBuf,
    },
    /// The file has a version that is not known here.
    #[error("price file {} has version {found}, only versions up to {known} are known", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The newest version that is known.
        known: u32,
    },
    /// The file is cut short.
    #[error("price file {} must have {needed} bytes, got {bytes}", path.display())]
    Short {
        /// The file.
        path: PathBuf,
        /// Its length.
        bytes: u64,
        /// The length that it must have.
        needed: u64,
    },
    /// The head of the file is damaged.
    #[error("price file {} has a damaged header: {part}", path.display())]
    Head {
        /// The file.
        path: PathBuf,
        /// What is wrong there.
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
    /// A file that holds bars which are needed is gone, or was set aside because it is damaged.
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
    /// What is to be done with an error of the operating system.
    pub(super) fn io(operation: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| match Self::is_full(&source) {
            true => Self::Full { operation, path: path.into() },
            false => Self::Io { operation, path: path.into(), source },
        }
    }

    /// Bars that were acknowledged cannot be read.
    pub fn is_loss(&self) -> bool {
        self.is_damage() || matches!(self, Self::Lost { .. })
    }

    /// The operating system says that there is no room left on the disk.
    pub fn is_full(error: &io::Error) -> bool {
        matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
    }

    /// The file itself is at fault, now and for ever: it is to be set aside.
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::NotAPriceFile { .. } | Self::Short { .. } | Self::Head { .. } | Self::Corrupt { .. })
    }
}

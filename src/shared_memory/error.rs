//! Why memory cannot be shared.

use std::io;
use std::path::PathBuf;

/// Why memory cannot be shared, or a board cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// More than one caller may have at once.
    #[error("{limit} allows at most {max} bytes at once, the request needs {needed}")]
    TooLarge {
        /// The name of the limit.
        limit: &'static str,
        /// What a caller may have.
        max: u64,
        /// What the request needs.
        needed: u64,
    },
    /// The memory that may be shared is in use.
    #[error("{limit} of {max} bytes is in use; {hint}, or retry later")]
    Exhausted {
        /// The name of the limit.
        limit: &'static str,
        /// Its value.
        max: u64,
        /// What frees some of it.
        hint: &'static str,
    },
    /// The file system of shared memory is full.
    #[error("{} has no room for {needed} bytes of shared memory", path.display())]
    NoSpace {
        /// The file or the folder.
        path: PathBuf,
        /// What is needed.
        needed: u64,
    },
    /// The file cannot be given to the user who asks.
    #[error("shared memory of user {owner} cannot be given to user {user}: run the client as that user")]
    Foreign {
        /// Who asks.
        user: u32,
        /// Whose process the server is.
        owner: u32,
    },
    /// The board has no room for another name.
    #[error("board_names_max allows at most {max} names per namespace")]
    Names {
        /// The limit.
        max: u64,
    },
    /// A file cannot be made, mapped or removed.
    #[error("shared memory {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The file is not a board of a version that is known here.
    #[error("{} is not a board that can be read: {problem}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The server that wrote the board has gone.
    #[error("the server of this board has gone; ask for the board of the new one")]
    Gone,
    /// The value was replaced again and again while it was read.
    #[error("the value was replaced {attempts} times while it was read")]
    Busy {
        /// The attempts.
        attempts: u32,
    },
}

impl Error {
    /// The error of a file operation: a full file system is one of its own.
    #[cfg(feature = "server")]
    pub(crate) fn io(path: &std::path::Path, needed: u64, source: impl Into<io::Error>) -> Self {
        let (path, source) = (path.into(), source.into());
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::NoSpace { path, needed },
            _ => Self::Io { path, source },
        }
    }
}

//! Why a door cannot be opened, or what guards it cannot be read.

use std::io;
use std::path::PathBuf;

/// Why a door cannot be opened, or what guards it cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    /// The path does not fit into a socket address.
    #[error("the path of a Unix socket must have 1 to {max} bytes, got {given}: {}", path.display())]
    SocketPath {
        /// The path.
        path: PathBuf,
        /// The most bytes that a socket address holds.
        max: usize,
        /// The bytes of the path.
        given: usize,
    },
    /// Another server listens there.
    #[error("cannot listen on unix:{}: another server listens there", .0.display())]
    InUse(PathBuf),
    /// Something other than a socket left behind is there.
    #[error("cannot listen on unix:{}: {found} is in the way; remove it, or listen elsewhere", path.display())]
    InTheWay {
        /// The path.
        path: PathBuf,
        /// What is there.
        found: &'static str,
    },
    /// The operating system refuses.
    #[error("cannot listen on unix:{}: {error}", path.display())]
    Socket {
        /// The path.
        path: PathBuf,
        /// Its error.
        error: io::Error,
    },
}

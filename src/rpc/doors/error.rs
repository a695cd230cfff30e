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
    /// A file cannot be read.
    #[error("cannot read {what} {}: {error}", path.display())]
    File {
        /// What it is.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        error: io::Error,
    },
    /// A file does not hold what it should.
    #[error("{what} {}: {why}", path.display())]
    Content {
        /// What it is.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The certificate and the key cannot be used, as they do not belong together.
    #[error("TLS certificate {} cannot be used with key {}: {error}", certificate.display(), key.display())]
    Pair {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
        /// Why.
        error: tokio_rustls::rustls::Error,
    },
}

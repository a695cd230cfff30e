//! The ways in which a command can fail.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use atrad::{app, prices, series};
use tonic::Status;

use crate::telemetry;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The server refused or failed.
    #[error("{}", told(.0))]
    Rpc(#[from] Box<Status>),
    /// The server cannot be reached.
    #[error("no server answers at {server}: {error}")]
    Unreachable {
        /// Its address.
        server: String,
        /// Why.
        error: tonic::transport::Error,
    },
    /// The token cannot be sent.
    #[error("the token may hold only visible ASCII characters")]
    Token,
    /// The data folder cannot be opened.
    #[error("{0}")]
    Data(#[source] app::Error),
    /// A server has the data folder.
    #[error("data folder {} is in use by a server; talk to that one with --server ADDRESS", .0.display())]
    InUse(PathBuf),
    /// Nobody says where the data folder is.
    #[error("no data folder: give one with --data, since neither XDG_DATA_HOME nor HOME is set")]
    NoData,
    /// An address cannot be listened on.
    #[error("cannot listen on {address}: {error}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the operating system said.
        error: io::Error,
    },
    /// A file cannot be read or written.
    #[error("{}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: io::Error,
    },
    /// A file does not hold bars.
    #[error("{}: {why}", path.display())]
    NoBars {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A batch of bars was refused.
    #[error("{}: the server refused bars of {series}: {why}", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// The series.
        series: String,
        /// What the server said.
        why: String,
    },
    /// There is no such series.
    #[error("no series {0}")]
    NoSeries(String),
    /// A series is not what it was when its export began.
    #[error("the series has changed while it was exported; try again")]
    Changed,
    /// The command line asks for what does not go together.
    #[error("{0}")]
    Usage(String),
    /// A price file is damaged, as was told.
    #[error("{} of {files} price files are damaged", .damaged)]
    Damaged {
        /// How many are.
        damaged: usize,
        /// How many were looked at.
        files: usize,
    },
    /// A price file cannot be read.
    #[error(transparent)]
    Prices(#[from] prices::Error),
    /// Some of what is kept is damaged.
    #[error("{count} of what is kept damaged or missing")]
    Unsound {
        /// How much.
        count: usize,
    },
    /// A name is wrong.
    #[error(transparent)]
    Name(#[from] series::Error),
    /// There is no such indicator.
    #[error("no indicator holds {text:?} in its name or title{}", did_you_mean(.similar))]
    NoIndicator {
        /// What was looked for.
        text: String,
        /// The name that is spelt most like it.
        similar: Option<&'static str>,
    },
    /// Metrics or traces cannot be set up.
    #[error(transparent)]
    Telemetry(#[from] telemetry::Error),
    /// Standard output cannot be written.
    #[error("cannot write: {0}")]
    Output(#[from] io::Error),
}

impl Error {
    /// What went wrong when a data folder was opened.
    pub(crate) fn data(error: app::Error) -> Self {
        match error {
            app::Error::Prices(prices::Error::Locked { path }) => Self::InUse(path),
            other => Self::Data(other),
        }
    }

    /// 2 when the command line is to blame, else 1.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Name(_) | Self::Token | Self::NoData | Self::Usage(_) => 2,
            Self::Telemetry(telemetry::Error::Filter { .. }) => 2,
            _ => 1,
        }
    }

    /// Whoever reads our output went away, which is their right.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        Self::Rpc(Box::new(status))
    }
}

impl From<csv::Error> for Error {
    fn from(error: csv::Error) -> Self {
        // The kind of an error of the file below is what tells a reader that went away.
        match error.into_kind() {
            csv::ErrorKind::Io(error) => Self::Output(error),
            other => Self::Output(io::Error::other(format!("{other:?}"))),
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Output(error.into())
    }
}

/// What a status says to a person.
fn told(status: &Status) -> String {
    match status.message() {
        "" => format!("the server answers {}", status.code().description()),
        message => message.into(),
    }
}

fn did_you_mean(similar: &Option<&'static str>) -> String {
    similar.map(|name| format!("; did you mean {name}?")).unwrap_or_default()
}

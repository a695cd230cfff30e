//! The errors of a command.

use std::io;
use std::path::PathBuf;

use atrad::{app, prices, rpc, series};
use tonic::Status;

use crate::config::{Address, FileError};
use crate::telemetry;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The server returned an error.
    #[error("{}", message(.0))]
    Rpc(#[from] Box<Status>),
    /// The server is unreachable.
    #[error("cannot connect to server {server}: {}", chain(.error))]
    Unreachable {
        /// Its address.
        server: String,
        /// Why.
        error: tonic::transport::Error,
    },
    /// The data folder cannot be opened.
    #[error("{0}")]
    Data(#[source] app::Error),
    /// The data folder is locked by a server.
    #[error("data folder {} is in use by a server; connect to it with --server ADDRESS", .0.display())]
    InUse(PathBuf),
    /// No data folder is configured.
    #[error("no data folder: set --data, XDG_DATA_HOME or HOME")]
    NoData,
    /// A verb needs a running server.
    #[error("no server: set --server ADDRESS")]
    NoServer,
    /// Binding a listen address failed.
    #[error("cannot listen on {address}: {error}")]
    Listen {
        /// The address.
        address: Address,
        /// The error of the operating system.
        error: io::Error,
    },
    /// A Unix socket cannot be listened on.
    #[error(transparent)]
    Door(#[from] rpc::DoorError),
    /// A file cannot be read or written.
    #[error("{}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: io::Error,
    },
    /// A file does not hold bars, or corporate actions.
    #[error("{}: {why}", path.display())]
    NoBars {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A batch of bars was refused.
    #[error("{}: the server rejected bars of {series}: {why}", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// The series.
        series: String,
        /// The error of the server.
        why: String,
    },
    /// There is no such series.
    #[error("series {0} does not exist")]
    NoSeries(String),
    /// A series changed during its export.
    #[error("the series changed during the export; try again")]
    Changed,
    /// The settings file is wrong.
    #[error(transparent)]
    Settings(#[from] FileError),
    /// The command line is inconsistent.
    #[error("{0}")]
    Usage(String),
    /// Price files are damaged; the output names them.
    #[error("{} of {files} price files are damaged", .damaged)]
    Damaged {
        /// The number of damaged files.
        damaged: usize,
        /// The number of files checked.
        files: usize,
    },
    /// A price file cannot be read.
    #[error(transparent)]
    Prices(#[from] prices::Error),
    /// The integrity check found problems; the output names them.
    #[error("the check found {count} problem{}", if *count == 1 { "" } else { "s" })]
    Unsound {
        /// The number of problems.
        count: usize,
    },
    /// A name is invalid.
    #[error(transparent)]
    Name(#[from] series::Error),
    /// There is no such indicator.
    #[error("no indicator has {text:?} in its name or title{}", did_you_mean(.similar))]
    NoIndicator {
        /// The requested name.
        text: String,
        /// The closest name.
        similar: Option<&'static str>,
    },
    /// Metrics or traces cannot be set up.
    #[error(transparent)]
    Telemetry(#[from] telemetry::Error),
    /// Standard output cannot be written.
    #[error("cannot write the output: {0}")]
    Output(#[from] io::Error),
}

impl Error {
    /// An error from opening a data folder.
    pub(crate) fn data(error: app::Error) -> Self {
        match error {
            app::Error::Prices(prices::Error::Locked { path }) => Self::InUse(path),
            other => Self::Data(other),
        }
    }

    /// 2 for usage errors, else 1.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Name(_) | Self::NoData | Self::Usage(_) | Self::Settings(_) => 2,
            Self::Telemetry(telemetry::Error::Filter { .. }) => 2,
            _ => 1,
        }
    }

    /// A broken pipe: the reader of the output closed it, which is not an error.
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
        // A broken pipe shows only in the kind of the underlying I/O error.
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

/// The message of a status, or the name of its code.
fn message(status: &Status) -> String {
    let message = match status.message() {
        "" => format!("the server returned: {}", status.code().description()),
        message => message.into(),
    };
    // Only those of our own transport have one: a handshake that the server refused shows at the first call.
    let cause = std::error::Error::source(status).map(chain);
    cause
        .filter(|cause| !message.contains(cause))
        .map_or_else(|| message.clone(), |cause| format!("{message}: {cause}"))
}

/// An error with its causes, as that of a transport alone says nothing.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let all = std::iter::successors(Some(error), |error| error.source());
    let mut texts: Vec<String> = Vec::new();
    for text in all.map(ToString::to_string) {
        // Many repeat their cause.
        if !texts.iter().any(|before| before.contains(&text)) {
            texts.push(text);
        }
    }
    texts.join(": ")
}

fn did_you_mean(similar: &Option<&'static str>) -> String {
    similar.map(|name| format!("; did you mean {name}?")).unwrap_or_default()
}

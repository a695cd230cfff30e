//! The errors of the use cases, and the few kinds that callers distinguish.

mod adjust;
mod kind;
mod path;
mod sharing;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use self::adjust::AdjustError;
pub use self::kind::Kind;
pub use self::sharing::SharingError;

use self::path::{expression, path, sessions};
use crate::series::{ColumnName, Resampling, SeriesId, Timeframe};
use crate::{cache, indicator, ledger, prices, series};

/// Why a use case failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A name, span or bars are invalid.
    #[error(transparent)]
    Series(#[from] series::Error),
    /// An expression is invalid.
    #[error("{}: {error}", expression(*index))]
    Expression {
        /// Its index, if there can be several.
        index: Option<usize>,
        /// The error.
        error: indicator::Error,
    },
    /// Another text than an expression of a request is invalid.
    #[error("{}: {error}", path(field, *index))]
    Text {
        /// The field.
        field: &'static str,
        /// The index of the text, if there can be several.
        index: Option<usize>,
        /// The error.
        error: Box<indicator::Error>,
    },
    /// No series matches a pattern.
    #[error("no series matches {pattern} at timeframe {timeframe}")]
    NoMatch {
        /// The pattern.
        pattern: String,
        /// The timeframe.
        timeframe: Timeframe,
    },
    /// A name in an expression is neither an indicator nor a column of the bars.
    #[error("{}: {name} is not an indicator or a column; the bars have {known}{}", expression(*index), similar.as_ref().map(|name| format!("; did you mean {name}?")).unwrap_or_default())]
    NoColumn {
        /// Its index, if there can be several.
        index: Option<usize>,
        /// The name.
        name: String,
        /// The extra columns that the bars have.
        known: String,
        /// The most similar known name, if any.
        similar: Option<String>,
    },
    /// A field is empty, too long or too large.
    #[error("{field} must be {expected}, got {given}")]
    Field {
        /// The path of the field.
        field: &'static str,
        /// The expected value.
        expected: String,
        /// The given value.
        given: String,
    },
    /// A bar conflicts with another of the same time under `OnConflict::Error`.
    #[error("bars.times[{index}] must be new, got {time}, where another bar has other values and on_conflict is error")]
    Conflict {
        /// The index of the bar as it was sent.
        index: usize,
        /// When it opens.
        time: i64,
    },
    /// A corporate action, or what it does to bars, is out of range.
    #[error(transparent)]
    Adjust(#[from] AdjustError),
    /// The idempotency key belongs to another batch.
    #[error(
        "idempotency_key must be new, or of the same series, bars and on_conflict; got batch {batch:?} of client {client:?}, which differs"
    )]
    KeyTaken {
        /// The client of the key.
        client: String,
        /// The batch of the key.
        batch: String,
    },
    /// The series does not exist.
    #[error("series {0} does not exist")]
    NoSeries(SeriesId),
    /// The series is not stored and cannot be resampled from those that are.
    #[error(
        "series {id}{} does not exist and cannot be resampled from the stored timeframes ({})",
        sessions(resampling), stored.iter().map(Timeframe::to_string).collect::<Vec<_>>().join(", ")
    )]
    NoFrame {
        /// The series.
        id: SeriesId,
        /// When its sessions begin.
        resampling: Resampling,
        /// The timeframes of its symbol that are stored.
        stored: Vec<Timeframe>,
    },
    /// No alert has this name.
    #[error("alert {name:?} does not exist")]
    NoAlert {
        /// The name.
        name: String,
    },
    /// The cache has no such entry.
    #[error("cache entry {key:?} does not exist in namespace {namespace:?}")]
    NoEntry {
        /// The namespace.
        namespace: String,
        /// The key.
        key: String,
    },
    /// No saved result has this key, or it has expired.
    #[error("saved result {key:?} does not exist or has expired")]
    NoSavedResult {
        /// The key.
        key: String,
    },
    /// A saved result fails its checksum.
    #[error("saved result {key:?} is damaged; delete it and compute it again")]
    DamagedSavedResult {
        /// The key.
        key: String,
    },
    /// A saved result is stored in another version of the format.
    #[error(
        "saved result {key:?} has format version {found}, this server reads version {known}; delete it and compute it again"
    )]
    SavedResultVersion {
        /// The key.
        key: String,
        /// Its version.
        found: u64,
        /// The version of this server.
        known: u64,
    },
    /// A request exceeds a limit.
    #[error("{limit} allows at most {max}, the request needs {needed}{}", hint.map(|hint| format!("; {hint}")).unwrap_or_default())]
    TooMuch {
        /// The name of the limit.
        limit: &'static str,
        /// Its value.
        max: u64,
        /// What the request needs.
        needed: u64,
        /// What to do instead.
        hint: Option<&'static str>,
    },
    /// A shared limit of the server is exhausted.
    #[error("{limit} of {max} is exhausted; retry after {} ms", retry_after.as_millis())]
    Full {
        /// The name of the limit.
        limit: &'static str,
        /// Its value.
        max: u64,
        /// The delay before a retry.
        retry_after: Duration,
    },
    /// The deadline would expire before this call is done, as others are before it.
    #[error(
        "the server is overloaded: this call would wait about {} ms and take about {} ms, its deadline is in {} ms; retry after {} ms",
        wait.as_millis(), own.as_millis(), left.as_millis(), retry_after.as_millis()
    )]
    Overloaded {
        /// The estimated wait.
        wait: Duration,
        /// The estimated time of the call itself.
        own: Duration,
        /// The time to the deadline.
        left: Duration,
        /// The delay before a retry.
        retry_after: Duration,
    },
    /// The deadline would expire before this call is done, though nothing is before it.
    #[error(
        "the call would take about {} ms, its deadline is in {} ms; allow more time, or ask for fewer bars or shorter windows",
        needed.as_millis(), left.as_millis()
    )]
    TooLong {
        /// The estimated time of the call.
        needed: Duration,
        /// The time to the deadline.
        left: Duration,
    },
    /// The responses that wait for their readers use up the memory for responses.
    #[error("response_bytes_max is exhausted by responses that are not read yet; read them, or retry later")]
    NoMemory,
    /// The token of the caller does not go that far.
    #[error("token {token} is not allowed to use {what} {requested}; it has {allowed}")]
    NotPermitted {
        /// The name of the token.
        token: Box<str>,
        /// What kind of thing was asked for.
        what: &'static str,
        /// Which one.
        requested: String,
        /// What it may use instead.
        allowed: String,
    },
    /// A caller without a token has no clock.
    #[error("a clock belongs to a token; make one with `atrad token new NAME --as-of TIME --clock`")]
    NoClock,
    /// A clock only moves forward.
    #[error(
        "time must be {now}, where the clock of token {token} is, or later, got {requested}: a clock only moves forward"
    )]
    ClockBack {
        /// The name of the token.
        token: Box<str>,
        /// The time of its clock.
        now: i64,
        /// The time that was asked for.
        requested: i64,
    },
    /// The deadline of the request has expired.
    #[error("the deadline expired before the result was ready")]
    Late,
    /// The server is shutting down.
    #[error("the server is stopping")]
    Stopping,
    /// A computation panicked.
    #[error("a computation panicked: {0}")]
    Panicked(String),
    /// An invariant of the server does not hold: a bug.
    #[error("internal error: {0}")]
    Internal(&'static str),
    /// A price file cannot be read or written.
    #[error(transparent)]
    Prices(#[from] prices::Error),
    /// The ledger cannot be read or written.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
    /// The cache cannot be reached.
    #[error(transparent)]
    Cache(#[from] cache::Error),
    /// Bars overlap or precede a missing price file.
    #[error(
        "{id} takes only bars after {through} while price file {number:016x}.atp is missing or damaged, got {first}; put the file back and restart, or accept the loss"
    )]
    Missing {
        /// The series.
        id: SeriesId,
        /// The newest price file that is missing.
        number: u64,
        /// When its last bar opens.
        through: i64,
        /// When the first of the bars opens.
        first: i64,
    },
    /// The ledger is gone or empty, but there was one.
    #[error(
        "data folder {} has {found} but its ledger.db is missing or empty; put the ledger back, or rebuild it from the price files with `atrad db repair`",
        path.display()
    )]
    NoLedger {
        /// The data folder.
        path: PathBuf,
        /// The evidence for it.
        found: &'static str,
    },
    /// The folder is none of a server.
    #[error("{} is not a data folder: it has neither a ledger nor price files", path.display())]
    NoDataFolder {
        /// The folder.
        path: PathBuf,
    },
    /// A repair was interrupted before the new ledger was complete.
    #[error("a repair of data folder {} was interrupted; run `atrad db repair` again", path.display())]
    RepairInterrupted {
        /// The data folder.
        path: PathBuf,
    },
    /// The ledger has lost commits.
    #[error(
        "the ledger of data folder {} is at commit {generation}, but {witness} is of commit {found}; its write-ahead log may be missing or damaged, or an older ledger was put in its place: put the newest ledger.db and ledger.db-wal back, or go on with what is left with `atrad db repair`",
        path.display()
    )]
    LedgerBehind {
        /// The data folder.
        path: PathBuf,
        /// The newest commit of the ledger.
        generation: u64,
        /// The evidence for more commits.
        witness: String,
        /// The commit of that evidence.
        found: u64,
    },
    /// A backup cannot be made.
    #[error("cannot make backup {}: {source}", path.display())]
    Backup {
        /// The target.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The cache secret file cannot be read or created.
    #[error("cannot read or make cache secret file {}: {source}", path.display())]
    SecretFile {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The cache secret file is invalid.
    #[error("cache secret file {}: {source}", path.display())]
    Secret {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: cache::Error,
    },
    /// The data folder's own cache secret file was changed.
    #[error(
        "cache secret file {} must hold {expected} bytes, 64 hexadecimal digits and a line end, got {given}; remove it and start again: a new one is made, and what Redis holds is computed anew",
        path.display()
    )]
    FolderSecret {
        /// The file.
        path: PathBuf,
        /// The required size in bytes.
        expected: usize,
        /// The actual content.
        given: String,
    },
    /// The ledger cannot be moved aside before its repair.
    #[error("cannot set {} aside: {source}", path.display())]
    SetAside {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// Memory cannot be shared, or the board has no such value.
    #[error(transparent)]
    Sharing(#[from] SharingError),
    /// The error of shared work, for all its callers.
    #[error(transparent)]
    Shared(#[from] Arc<Error>),
}

impl Error {
    pub(crate) fn no_column(index: Option<usize>, name: &str, known: &[ColumnName]) -> Self {
        let names: Vec<_> = known.iter().map(ColumnName::as_str).collect();
        let known = if names.is_empty() { "no extra columns".into() } else { format!("only {}", names.join(", ")) };
        let own = indicator::registry::nearest(name, names.iter().copied()).map(str::to_owned);
        let similar = own.or_else(|| indicator::registry::similar(name).map(str::to_owned));
        Self::NoColumn { index, name: name.into(), known, similar }
    }

    /// The same error of a single expression in another field than `expression`.
    pub(crate) fn of_field(self, field: &'static str) -> Self {
        match self {
            Self::Expression { error, .. } => Self::Text { field, index: None, error: error.into() },
            Self::Field { expected, given, .. } => Self::Field { field, expected, given },
            other => other,
        }
    }

    /// The path of the invalid field, if any.
    pub fn field(&self) -> Option<String> {
        match self {
            Self::Series(error) => Some(error.field()),
            Self::Expression { index, .. } | Self::NoColumn { index, .. } => Some(expression(*index)),
            Self::Text { field, index, .. } => Some(path(field, *index)),
            Self::Field { field, .. } => Some((*field).into()),
            Self::Conflict { index, .. } => Some(format!("bars.times[{index}]")),
            Self::Adjust(error) => Some(error.field()),
            Self::KeyTaken { .. } => Some("idempotency_key".into()),
            Self::ClockBack { .. } => Some("time".into()),
            Self::Shared(error) => error.field(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;

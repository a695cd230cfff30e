//! What a caller can do about an error.

use std::time::Duration;

use super::Error;
use crate::{cache, ledger, prices};

/// The delay before a retry on a full disk.
const DISK_FULL_RETRY: Duration = Duration::from_secs(5);

/// What callers can do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The request is invalid: change it.
    Invalid,
    /// No such series or entry.
    NotFound,
    /// A limit, a full queue or a full disk: ask for less, or later.
    Exhausted,
    /// PERMISSION_DENIED: somebody else may.
    Denied,
    /// FAILED_PRECONDITION: not by this road, or not on this server.
    Precondition,
    /// ABORTED: somebody else was faster; read again.
    Conflict,
    /// DEADLINE_EXCEEDED.
    Late,
    /// Retry, perhaps elsewhere.
    Unavailable,
    /// DATA_LOSS: acknowledged bars cannot be read.
    Lost,
    /// A bug of the server.
    Broken,
}

impl Error {
    /// What the caller can do about it.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Series(_) | Self::Expression { .. } | Self::Text { .. } | Self::Field { .. } => Kind::Invalid,
            Self::Conflict { .. } | Self::KeyTaken { .. } | Self::NoColumn { .. } => Kind::Invalid,
            Self::Adjust(_) => Kind::Invalid,
            Self::NoSeries(_) | Self::NoFrame { .. } | Self::NoMatch { .. } => Kind::NotFound,
            Self::NoAlert { .. } | Self::NoDataFolder { .. } => Kind::NotFound,
            Self::NoEntry { .. } | Self::NoSavedResult { .. } | Self::SavedResultVersion { .. } => Kind::NotFound,
            Self::TooMuch { .. } | Self::TooLong { .. } | Self::NoMemory => Kind::Exhausted,
            Self::Full { .. } | Self::Overloaded { .. } => Kind::Exhausted,
            Self::NotPermitted { .. } | Self::NoClock => Kind::Denied,
            Self::ClockBack { .. } => Kind::Invalid,
            Self::Late => Kind::Late,
            Self::Stopping | Self::Cache(_) => Kind::Unavailable,
            Self::Ledger(ledger::Error::Busy { .. } | ledger::Error::Handles { .. }) => Kind::Unavailable,
            Self::Prices(prices::Error::Handles { .. }) => Kind::Unavailable,
            Self::Ledger(ledger::Error::Full { .. }) => Kind::Exhausted,
            Self::Prices(prices::Error::Full { .. }) => Kind::Exhausted,
            Self::Prices(error) if error.is_loss() => Kind::Lost,
            Self::Missing { .. }
            | Self::NoLedger { .. }
            | Self::LedgerBehind { .. }
            | Self::RepairInterrupted { .. } => Kind::Lost,
            Self::Ledger(ledger::Error::Removed { .. }) => Kind::Unavailable,
            Self::Backup { source, .. } if prices::Error::is_full(source) => Kind::Exhausted,
            Self::Backup { source, .. } if prices::Error::is_out_of_handles(source) => Kind::Unavailable,
            Self::Panicked(_) | Self::Internal(_) | Self::Prices(_) | Self::Ledger(_) => Kind::Broken,
            Self::DamagedSavedResult { .. } | Self::Backup { .. } | Self::SetAside { .. } => Kind::Broken,
            Self::SecretFile { .. } | Self::Secret { .. } | Self::FolderSecret { .. } => Kind::Broken,
            Self::Sharing(error) => error.kind(),
            Self::Shared(error) => error.kind(),
        }
    }

    /// Whether the request may have been done, and must not be repeated without a look at what it has left.
    pub fn forbids_retry(&self) -> bool {
        matches!(self, Self::Cache(cache::Error::Unconfirmed))
    }

    /// The delay before a retry; `None` when waiting does not help.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Full { retry_after, .. } | Self::Overloaded { retry_after, .. } => Some(*retry_after),
            Self::NoMemory => Some(Duration::from_secs(1)),
            Self::Sharing(error) => error.retry_after(),
            Self::Shared(error) => error.retry_after(),
            // One of the files was removed: nothing is stored before a restart.
            Self::Ledger(ledger::Error::Removed { .. }) => None,
            // Done twice it is not what was asked for.
            _ if self.forbids_retry() => None,
            // The request itself is too much.
            Self::TooMuch { .. } | Self::TooLong { .. } => None,
            // A full disk, as limits have gone before. Somebody must free space.
            _ if self.kind() == Kind::Exhausted => Some(DISK_FULL_RETRY),
            _ if self.kind() == Kind::Unavailable => Some(Duration::from_secs(1)),
            _ => None,
        }
    }
}

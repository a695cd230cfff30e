//! Why memory is not shared, and what a board does not have.

use std::time::Duration;

use super::Kind;
use crate::shared_memory;

/// The delay before a retry while others use the memory.
const RETRY: Duration = Duration::from_millis(200);

/// Why memory is not shared, or the board refuses a call.
#[derive(Debug, thiserror::Error)]
pub enum SharingError {
    /// The memory cannot be had, mapped or given away.
    #[error(transparent)]
    Memory(#[from] shared_memory::Error),
    /// The caller is not at a Unix socket of this machine.
    #[error("memory is shared with callers at a Unix socket of the server (--listen unix:PATH), not over TCP")]
    NotLocal,
    /// The server shares no memory.
    #[error("this server shares no memory: it is off, or its folder for it cannot be used")]
    Off,
    /// No value has this name.
    #[error("value {name:?} does not exist on board {namespace:?}")]
    NoValue {
        /// The namespace.
        namespace: String,
        /// The name.
        name: String,
    },
    /// The value has another version than its writer expects.
    #[error("value {name:?} of board {namespace:?} has version {found}, not the expected {expected}; read it again")]
    Version {
        /// The namespace.
        namespace: String,
        /// The name.
        name: String,
        /// Its version; 0 means that it does not exist.
        found: u64,
        /// The version that the call expects.
        expected: u64,
    },
}

impl SharingError {
    /// What the caller can do about it.
    pub(super) fn kind(&self) -> Kind {
        use shared_memory::Error as Memory;
        match self {
            Self::Memory(Memory::TooLarge { .. } | Memory::Exhausted { .. } | Memory::NoSpace { .. }) => {
                Kind::Exhausted
            }
            Self::Memory(Memory::Names { .. }) => Kind::Exhausted,
            Self::Memory(Memory::Foreign { .. }) | Self::NotLocal | Self::Off => Kind::Precondition,
            Self::Memory(_) => Kind::Broken,
            Self::NoValue { .. } => Kind::NotFound,
            Self::Version { .. } => Kind::Conflict,
        }
    }

    /// The delay before a retry; `None` when waiting does not help.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        matches!(self, Self::Memory(shared_memory::Error::Exhausted { .. })).then_some(RETRY)
    }
}

impl From<shared_memory::Error> for super::Error {
    fn from(error: shared_memory::Error) -> Self {
        Self::Sharing(error.into())
    }
}

//! Changes of saved results.

use crate::ledger::SavedResultRow;

/// A change of a saved result.
#[derive(Debug)]
pub(crate) enum ResultEdit {
    /// Saves it. An existing one stays, with the later of the two expiries.
    Save { facts: SavedResultRow, body: Vec<u8> },
    /// Sets its expiry; `None` is never.
    Expire { key: String, expires_ms: Option<i64> },
    /// Deletes it.
    Delete { key: String },
}

impl ResultEdit {
    /// The key of the result.
    pub(super) fn key(&self) -> &str {
        match self {
            Self::Save { facts, .. } => &facts.key,
            Self::Expire { key, .. } | Self::Delete { key } => key,
        }
    }
}

//! What the tools share: how one is declared, who asks, and what it may see.

use std::sync::Arc;

use rmcp::model::JsonObject;

use crate::mcp::{Clients, Options};

/// A tool as it is declared.
pub(super) struct Declaration {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    pub(super) schema: fn(&Options) -> Arc<JsonObject>,
}

/// Who asks: its clients, and what it may see and do.
pub(in crate::mcp) struct Session<'a> {
    pub(in crate::mcp) clients: Clients,
    pub(in crate::mcp) options: &'a Options,
}

impl Session<'_> {
    /// The bytes of a reply.
    pub(super) fn budget(&self) -> usize {
        self.options.budget_bytes
    }

    /// The time that counts for a question: that of the options is the latest. A token may have an earlier one, which the
    /// server enforces.
    pub(in crate::mcp) fn as_of(&self, asked: Option<i64>) -> Option<i64> {
        match (self.options.as_of, asked) {
            (Some(fixed), Some(asked)) => Some(fixed.min(asked)),
            (fixed, asked) => fixed.or(asked),
        }
    }
}

//! The verbs that fit the command into its surroundings: shells, manual pages, settings, and agents.

pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod man;
#[cfg(feature = "mcp")]
pub(crate) mod mcp;

//! The verbs that fit the command into its surroundings: shells, manual pages and settings.

pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod man;

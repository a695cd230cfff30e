//! The verbs of the command line, one file each: arguments, the call and its output.
//!
//! Verbs use the API client and do not import each other.

pub(crate) mod admin;
pub(crate) mod alert;
pub(crate) mod compute;
pub(crate) mod correlate;
pub(crate) mod export;
pub(crate) mod indicators;
pub(crate) mod results;
pub(crate) mod search;
pub(crate) mod series;
pub(crate) mod serve;
pub(crate) mod setup;
pub(crate) mod watch;

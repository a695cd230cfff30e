//! Startup: examines, repairs on demand and opens a data folder, and starts the threads.
//!
//! Decides what is refused, moved aside or missing; serves no requests.

pub(crate) mod cache_secret;
pub(crate) mod config;
mod old_ledger;
pub(crate) mod open;
pub(crate) mod recovery;
pub(crate) mod repair;

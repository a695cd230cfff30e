//! Startup: a data folder is examined, repaired on demand, and opened, and the threads of the server begin.
//!
//! Decides what is refused, set aside or missing; answers no request.

pub(crate) mod cache_secret;
pub(crate) mod config;
pub(crate) mod open;
pub(crate) mod recovery;
pub(crate) mod repair;

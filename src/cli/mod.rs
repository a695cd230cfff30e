//! The command: each verb in a file of its own, all through the client of the API.
//!
//! Without `--server` the same client talks to the data folder, opened by this process.

pub(crate) mod command;
mod connection;
mod demo;
mod error;
mod files;
pub(crate) mod import;
mod output;
mod resample_args;
mod signals;
mod table;
mod times;
pub(crate) mod verbs;

pub(crate) use error::Error;

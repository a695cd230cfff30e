//! The command line: one file per verb, all through the API client.
//!
//! Without `--server` this process opens the data folder and serves the same client in process.

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

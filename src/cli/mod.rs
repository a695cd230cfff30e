//! The command: each verb in a file of its own, all through the client of the API.
//!
//! Without `--server` the same client talks to the data folder, opened by this process.

pub(crate) mod backup;
pub(crate) mod compute;
mod connect;
pub(crate) mod correlate;
pub(crate) mod db;
mod demo;
mod error;
pub(crate) mod export;
mod files;
pub(crate) mod import;
pub(crate) mod indicators;
pub(crate) mod inspect;
mod output;
mod resample_args;
pub(crate) mod results;
pub(crate) mod series;
pub(crate) mod serve;
pub(crate) mod status;
mod stop;
mod table;
mod times;

pub(crate) use error::Error;

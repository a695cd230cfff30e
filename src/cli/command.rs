//! The command line: the verb and the log flags.
//!
//! Imports every verb; no verb imports it.

use clap::{Parser, Subcommand};

use super::import;
use super::verbs::{backup, compute, correlate, db, export, indicators, inspect, results, series, status};
use crate::config::{Logs, Serve};

/// Computes technical indicators over price history, over gRPC
///
/// Every flag has an environment variable, shown in brackets. Exit codes: 0 success, 1 failure, 2 usage error.
#[derive(Debug, Parser)]
#[command(name = "atrad", version, max_term_width = 120)]
pub(crate) struct Command {
    /// What to do.
    #[command(subcommand)]
    pub(crate) verb: Verb,
    /// How to log.
    #[command(flatten)]
    pub(crate) logs: Logs,
}

/// What to do; each verb says itself what it is.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Serve(Box<Serve>),
    Import(import::Import),
    Compute(compute::Compute),
    Results(results::Results),
    Correlate(correlate::Correlate),
    Export(export::Export),
    Series(series::Series),
    Indicators(indicators::Indicators),
    Backup(backup::Backup),
    Db(db::Db),
    Inspect(inspect::Inspect),
    Status(status::Status),
}

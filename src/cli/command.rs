//! The command line as a whole: the verb, and how to log.
//!
//! Knows every verb; no verb knows it.

use clap::{Parser, Subcommand};

use super::import;
use super::verbs::{answers, backup, compute, correlate, db, export, indicators, inspect, series, status};
use crate::config::{Logs, Serve};

/// Computes technical indicators over price history, for trading agents and quants, over gRPC.
///
/// Every flag has a variable, shown in brackets. Exit codes: 0 done, 1 failed, 2 wrong usage.
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
    Answers(answers::Answers),
    Correlate(correlate::Correlate),
    Export(export::Export),
    Series(series::Series),
    Indicators(indicators::Indicators),
    Backup(backup::Backup),
    Db(db::Db),
    Inspect(inspect::Inspect),
    Status(status::Status),
}

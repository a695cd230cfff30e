//! The command line: the verb and the log flags.
//!
//! Imports every verb; no verb imports it.

use std::ffi::OsString;

use clap::{CommandFactory, Parser, Subcommand};

use super::verbs::admin::{backup, bench, clock, db, inspect, status, token};
use super::verbs::search::{screen, sweep};
use super::verbs::series::{actions, calendars};
#[cfg(feature = "mcp")]
use super::verbs::setup::mcp;
use super::verbs::setup::{completions, config, man};
use super::verbs::{alert, compute, correlate, export, indicators, results, series, watch};
use super::{Error, import};
use crate::config::{self as settings, Logs, Serve};

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
    Watch(watch::Watch),
    Alert(alert::Alerts),
    Results(results::Results),
    Correlate(correlate::Correlate),
    Sweep(Box<sweep::Sweep>),
    Screen(Box<screen::Screen>),
    Export(export::Export),
    Series(series::Series),
    Actions(actions::Actions),
    Calendars(calendars::Calendars),
    Indicators(indicators::Indicators),
    Backup(backup::Backup),
    Db(db::Db),
    Inspect(inspect::Inspect),
    Status(status::Status),
    Bench(bench::Bench),
    Token(token::Tokens),
    Clock(clock::Clock),
    Config(Box<config::Config>),
    Completions(completions::Completions),
    Man(man::Man),
    #[cfg(feature = "mcp")]
    Mcp(mcp::Mcp),
}

impl Command {
    /// Parses the arguments of this process, and its settings file. Wrong arguments end the process.
    ///
    /// Errors: those of the settings file.
    pub(crate) fn from_arguments() -> Result<Self, Error> {
        let arguments = with_signed_expressions(std::env::args_os().collect());
        Ok(Self::parse_from(settings::with_file(&Self::command(), arguments)?))
    }
}

/// The verbs whose positional arguments are expressions.
const EXPRESSIVE: [&str; 4] = ["compute", "watch", "sweep", "screen"];

/// The arguments, with a space before every expression of these verbs that begins with a minus sign, so that it is not
/// taken for a flag: `-rsi(14)`. A number stays, as the value of a flag may be one, and so do flags of one letter.
///
/// `allow_hyphen_values` does not serve here: of a list of values, it takes the flags after the first of them too.
fn with_signed_expressions(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let is = |argument: Option<&OsString>, text: &str| argument.is_some_and(|argument| argument == text);
    let command = Command::command();
    let asked = EXPRESSIVE.into_iter().find(|name| is(arguments.get(1), name));
    let Some(verb) = asked.and_then(|name| command.find_subcommand(name)) else { return arguments };
    let takes_value = |argument: &OsString| {
        let long = argument.to_str().and_then(|argument| argument.strip_prefix("--"));
        let flags = command.get_arguments().chain(verb.get_arguments());
        long.is_some_and(|long| {
            flags.into_iter().any(|flag| flag.get_long() == Some(long) && flag.get_action().takes_values())
        })
    };
    let end = arguments.iter().position(|argument| argument == "--").unwrap_or(arguments.len());
    for at in 2..end {
        let Some(text) = arguments[at].to_str().filter(|text| text.len() > 2 && text.starts_with('-')) else {
            continue;
        };
        let is_flag = text.starts_with("--") || text.parse::<f64>().is_ok();
        if !is_flag && !takes_value(&arguments[at - 1]) {
            arguments[at] = format!(" {text}").into();
        }
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expressions(arguments: &[&str]) -> Vec<String> {
        let arguments = ["atrad", "compute", "S", "1h"].iter().chain(arguments).map(OsString::from).collect();
        match Command::try_parse_from(with_signed_expressions(arguments)).expect("understood").verb {
            Verb::Compute(compute) => compute.expressions().map(str::to_owned).collect(),
            _ => panic!("another verb"),
        }
    }

    #[test]
    fn an_expression_may_begin_with_a_minus_sign() {
        assert_eq!(expressions(&["-close"]), ["-close"]);
        assert_eq!(expressions(&["-rsi(14)", "--last", "5", "-hl2", "-1 * close"]), ["-rsi(14)", "-hl2", "-1 * close"]);
        assert_eq!(expressions(&["--from", "-86400", "-(h - l)", "--output", "x", "close"]), ["-(h - l)", "close"]);
        assert_eq!(expressions(&["--", "-close", "--close"]), ["-close", "--close"]);
    }
}

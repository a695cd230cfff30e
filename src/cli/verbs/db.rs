//! `atrad db`: what the ledger spends its time on, which indexes it misses, and whether all that is kept is sound.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use atrad::app;
use atrad::rpc::proto::{AdviseRequest, CheckRequest, GetProfileRequest, GetProfileResponse, Statement};
use clap::builder::FalseyValueParser;
use clap::{Args, Subcommand};

use crate::cli::connection::Connection;
use crate::cli::table::Table;
use crate::cli::{Error, output, times};
use crate::config::{Source, data_folder};

/// Look after the ledger and the price files
#[derive(Debug, Args)]
pub(crate) struct Db {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show what each statement has cost, and the runs that were slow with their plans
    Slow {
        /// Who is asked.
        #[command(flatten)]
        source: Source,
    },
    /// Propose indexes for scans that were seen; nothing is changed unless --apply is given
    Advise {
        /// Make the indexes.
        #[arg(long, env = "ATRAD_APPLY", value_parser = FalseyValueParser::new())]
        apply: bool,
        /// Who is asked.
        #[command(flatten)]
        source: Source,
    },
    /// Rebuild the ledger of a data folder from its price files, while no server uses it; nothing is removed
    Repair {
        /// Only tell what would be done
        #[arg(long, env = "ATRAD_DRY_RUN", value_parser = FalseyValueParser::new())]
        dry_run: bool,
        /// The data folder [default: atrad in the data folder of the user]
        #[arg(long, env = "ATRAD_DATA", value_name = "DIR")]
        data: Option<PathBuf>,
    },
    /// Remove the price files that were set aside in `orphans`, for good, while no server uses the data folder
    Purge {
        /// The data folder [default: atrad in the data folder of the user]
        #[arg(long, env = "ATRAD_DATA", value_name = "DIR")]
        data: Option<PathBuf>,
    },
    /// Read all that is kept and tell what is damaged
    Check {
        /// Who is asked.
        #[command(flatten)]
        source: Source,
    },
}

/// Runs the verb.
pub(crate) async fn run(Db { action }: Db) -> Result<(), Error> {
    match action {
        Action::Slow { source } => slow(source).await,
        Action::Advise { apply, source } => advise(apply, source).await,
        Action::Repair { dry_run, data } => repair(dry_run, data),
        Action::Purge { data } => purge(data),
        Action::Check { source } => check(source).await,
    }
}

async fn slow(source: Source) -> Result<(), Error> {
    let connection = Connection::open(source).await?;
    let profile = connection.ledger().get_profile(GetProfileRequest {}).await?.into_inner();
    connection.close().await;
    let GetProfileResponse { statements, slow_runs } = profile;
    let mut output = output::open(None)?;
    let mut table = Table::new(["runs", "total", "mean", "min", "max", "p95", "scanned", "statement"]);
    for Statement { sql, runs, total_ns, min_ns, max_ns, p95_ns, scanned_rows } in statements {
        let [total, mean, min, max, p95] = [total_ns, total_ns / runs.max(1), min_ns, max_ns, p95_ns].map(told);
        table.row([runs.to_string(), total, mean, min, max, p95, scanned_rows.to_string(), short(&sql)]);
    }
    table.write(&mut output)?;
    if slow_runs.is_empty() {
        writeln!(output, "\nno run was slow")?;
    }
    for run in slow_runs {
        writeln!(output, "\n{} took {}\n{}", times::write(run.time), told(run.took_ns), run.sql)?;
        run.plan.lines().try_for_each(|step| writeln!(output, "  {step}"))?;
    }
    Ok(output.flush()?)
}

async fn advise(apply: bool, source: Source) -> Result<(), Error> {
    let connection = Connection::open(source).await?;
    let found = connection.ledger().advise(AdviseRequest { apply }).await?.into_inner();
    connection.close().await;
    let mut output = output::open(None)?;
    for advice in &found.advice {
        writeln!(output, "{};\n  for {}", advice.index, short(&advice.statement))?;
        writeln!(output, "  {} rows scanned; {} becomes {}\n", advice.scanned_rows, advice.plan, advice.plan_with)?;
    }
    match (found.advice.len(), found.applied) {
        (0, _) => writeln!(output, "no index would help the statements seen")?,
        (count, true) => writeln!(output, "{count} indexes made")?,
        (_, false) => writeln!(output, "nothing was changed; --apply makes them")?,
    }
    Ok(output.flush()?)
}

fn repair(dry_run: bool, data: Option<PathBuf>) -> Result<(), Error> {
    let data = data_folder(data).ok_or(Error::NoData)?;
    let config = app::Config { data, ..app::Config::default() };
    let report = app::repair(&config, dry_run).map_err(Error::data)?;
    let mut output = output::open(None)?;
    if let Some(path) = &report.old_ledger {
        writeln!(output, "the ledger as it was is kept in {}", path.display())?;
    }
    if report.made_anew {
        writeln!(output, "the ledger cannot be read and is made anew")?;
    }
    let verb = if dry_run { "to look at" } else { "taken in" };
    for (number, id, rows) in &report.taken {
        writeln!(output, "{verb}: {number:016x}.atp, {rows} bars of {id}")?;
    }
    for (number, reason) in &report.left {
        writeln!(output, "left aside: {number:016x}.atp: {reason}")?;
    }
    match dry_run {
        true => writeln!(output, "nothing was changed")?,
        false => writeln!(output, "{} series, {} price files missing", report.series, report.missing)?,
    }
    Ok(output.flush()?)
}

fn purge(data: Option<PathBuf>) -> Result<(), Error> {
    let data = data_folder(data).ok_or(Error::NoData)?;
    let (count, bytes) = app::purge(&data).map_err(Error::data)?;
    let mut output = output::open(None)?;
    writeln!(output, "{count} price files removed, {bytes} bytes")?;
    Ok(output.flush()?)
}

async fn check(source: Source) -> Result<(), Error> {
    let connection = Connection::open(source).await?;
    let found = connection.ledger().check(CheckRequest {}).await?.into_inner();
    connection.close().await;
    let mut output = output::open(None)?;
    found.problems.iter().try_for_each(|problem| writeln!(output, "{problem}"))?;
    writeln!(output, "{} series, {} price files read", found.series, found.segments)?;
    if found.orphans > 0 {
        writeln!(output, "{} price files that no series refers to are set aside in `orphans`", found.orphans)?;
    }
    output.flush()?;
    match found.problems.len() {
        0 => Ok(()),
        count => Err(Error::Unsound { count }),
    }
}

fn told(nanos: u64) -> String {
    format!("{:.1?}", Duration::from_nanos(nanos))
}

/// A statement on one line, cut where it goes on and on.
fn short(sql: &str) -> String {
    let mut text = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.len() > 120 {
        text.truncate(117);
        text.push_str("...");
    }
    text
}

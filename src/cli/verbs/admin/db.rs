//! `atrad db`: SQL statement profile, index advice and integrity check.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use atrad::app;
use atrad::rpc::proto::{AdviseRequest, CheckRequest, GetProfileRequest, GetProfileResponse, StatementStats};
use clap::builder::BoolishValueParser;
use clap::{Args, Subcommand};

use crate::cli::connection::Connection;
use crate::cli::output::Progress;
use crate::cli::table::Table;
use crate::cli::{Error, output, times};
use crate::config::{Source, data_folder};

/// Profile, index and check the database and the price files
#[derive(Debug, Args)]
pub(crate) struct Db {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show the cost of each SQL statement, and slow executions with their query plans
    Profile {
        /// Where the database is.
        #[command(flatten)]
        source: Source,
    },
    /// Propose indexes that would avoid table scans; changes nothing without --apply
    Advise {
        /// Create the indexes
        #[arg(long, env = "ATRAD_APPLY", value_parser = BoolishValueParser::new())]
        apply: bool,
        /// Where the database is.
        #[command(flatten)]
        source: Source,
    },
    /// Rebuild the ledger of a data folder from its price files, while no server uses it
    Repair {
        /// Only tell what would be done
        #[arg(long, env = "ATRAD_DRY_RUN", value_parser = BoolishValueParser::new())]
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
    /// Read the database and all price files, and report damage
    Check {
        /// Where the database is.
        #[command(flatten)]
        source: Source,
    },
}

/// Runs the verb.
pub(crate) async fn run(Db { action }: Db) -> Result<(), Error> {
    match action {
        Action::Profile { source } => profile(source).await,
        Action::Advise { apply, source } => advise(apply, source).await,
        Action::Repair { dry_run, data } => repair(dry_run, data),
        Action::Purge { data } => purge(data),
        Action::Check { source } => check(source).await,
    }
}

async fn profile(source: Source) -> Result<(), Error> {
    let connection = Connection::open(source).await?;
    let profile = connection.admin().get_profile(GetProfileRequest {}).await?.into_inner();
    connection.close().await;
    let GetProfileResponse { statements, slow_statements } = profile;
    let mut output = output::open(None)?;
    let mut table = Table::new(["runs", "total", "mean", "min", "max", "p95", "scanned", "statement"]);
    for StatementStats { sql, runs, total_ns, min_ns, max_ns, p95_ns, scanned_rows } in statements {
        let [total, mean, min, max, p95] = [total_ns, total_ns / runs.max(1), min_ns, max_ns, p95_ns].map(duration);
        table.row([runs.to_string(), total, mean, min, max, p95, scanned_rows.to_string(), short(&sql)]);
    }
    table.write(&mut output)?;
    if slow_statements.is_empty() {
        writeln!(output, "\nno slow statements")?;
    }
    for run in slow_statements {
        writeln!(output, "\n{} took {}\n{}", times::write(run.end_time), duration(run.duration_ns), run.sql)?;
        run.plan.lines().try_for_each(|step| writeln!(output, "  {step}"))?;
    }
    Ok(output.flush()?)
}

async fn advise(apply: bool, source: Source) -> Result<(), Error> {
    let connection = Connection::open(source).await?;
    let found = connection.admin().advise(AdviseRequest { apply }).await?.into_inner();
    connection.close().await;
    let mut output = output::open(None)?;
    for advice in &found.advice {
        writeln!(output, "{};\n  for {}", advice.index_sql, short(&advice.statement_sql))?;
        writeln!(
            output,
            "  {} rows scanned; {} becomes {}\n",
            advice.scanned_rows, advice.plan, advice.plan_with_index
        )?;
    }
    match (found.advice.len(), found.applied) {
        (0, _) => writeln!(output, "no index would help the statements so far")?,
        (count, true) => writeln!(output, "created {count} indexes")?,
        (_, false) => writeln!(output, "changed nothing; --apply creates them")?,
    }
    Ok(output.flush()?)
}

fn repair(dry_run: bool, data: Option<PathBuf>) -> Result<(), Error> {
    let data = data_folder(data).ok_or(Error::NoData)?;
    let config = app::Config { data, ..app::Config::default() };
    let report = app::repair(&config, dry_run).map_err(Error::data)?;
    let mut output = output::open(None)?;
    if let Some(path) = &report.old_ledger {
        writeln!(output, "the old ledger was copied to {}", path.display())?;
    }
    if report.made_anew {
        writeln!(output, "the ledger is unreadable and was rebuilt")?;
    }
    let verb = if dry_run { "would remove" } else { "removed" };
    for (series, time) in &report.removed {
        writeln!(output, "{verb}: the bar of series {series} at {}, which is damaged", times::write(*time))?;
    }
    let verb = if dry_run { "would recover" } else { "recovered" };
    for (number, id, rows) in &report.taken {
        writeln!(output, "{verb}: {number:016x}.atp, {rows} bars of {id}")?;
    }
    for (id, rows) in &report.salvaged {
        writeln!(output, "{verb}: {rows} of the newest bars of {id} from the old ledger")?;
    }
    if report.made_anew && report.salvaged.is_empty() {
        writeln!(output, "no bars could be read from the old ledger, which had the newest of each series, up to 4096")?;
    }
    if report.actions > 0 {
        writeln!(output, "{verb}: {} corporate actions from the old ledger", report.actions)?;
    }
    for (number, reason) in &report.left {
        writeln!(output, "unused: {number:016x}.atp: {reason}")?;
    }
    match dry_run {
        true => writeln!(output, "nothing was changed")?,
        false => writeln!(output, "{} series, {} price files missing", report.series, report.missing)?,
    }
    Ok(output.flush()?)
}

fn purge(data: Option<PathBuf>) -> Result<(), Error> {
    let data = data_folder(data).ok_or(Error::NoData)?;
    let config = app::Config { data, ..app::Config::default() };
    let (count, bytes) = app::purge(&config).map_err(Error::data)?;
    let mut output = output::open(None)?;
    writeln!(output, "{count} price files removed, {bytes} bytes")?;
    Ok(output.flush()?)
}

async fn check(source: Source) -> Result<(), Error> {
    let connection = Connection::open(source).await?;
    let progress = Progress::begin("checking");
    let found = connection.admin().check(CheckRequest {}).await;
    drop(progress);
    let found = found?.into_inner();
    connection.close().await;
    let mut output = output::open(None)?;
    found.problems.iter().try_for_each(|problem| writeln!(output, "{problem}"))?;
    writeln!(output, "{} series, {} price files read", found.series_count, found.segment_count)?;
    if found.orphan_count > 0 {
        writeln!(output, "{} orphaned price files in `orphans`", found.orphan_count)?;
    }
    output.flush()?;
    match found.problems.len() {
        0 => Ok(()),
        count => Err(Error::Unsound { count }),
    }
}

fn duration(nanos: u64) -> String {
    format!("{:.1?}", Duration::from_nanos(nanos))
}

/// A statement on one line, truncated to 120 bytes.
fn short(sql: &str) -> String {
    let mut text = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.len() > 120 {
        text.truncate(117);
        text.push_str("...");
    }
    text
}

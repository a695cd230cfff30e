//! `atrad import`: bars from files into series, durable when it returns.

mod batches;
mod follow;
mod report;
mod store;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use atrad::rpc::proto;
use atrad::series::{Symbol, Timeframe};
use clap::builder::FalseyValueParser;
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use store::All;

use super::connection::Connection;
use super::files::{self, Choice, Name};
use super::output::ListFormat;
use super::{Error, signals};
use crate::config::Source;

/// Import bars from files: CSV, gzipped CSV, Parquet, Arrow IPC
///
/// Recognises columns by common names, in any case and order: those of Binance (with or without a header), TradingView,
/// yfinance, ccxt, Kraken, CryptoDataDownload, Stooq and MetaTrader. Times are RFC 3339, dates, or s, ms, us or ns since
/// 1970, UTC by default. A column of symbols is split into one series per symbol. Invalid rows are skipped and reported
/// by line. Files may be of any size.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The files, in any mix of formats
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The symbol, as in BTCUSDT; with a column of symbols, import only this one
    #[arg(long, env = "ATRAD_SYMBOL")]
    symbol: Option<Symbol>,
    /// The timeframe, as in 15m [default: from its column, else the most common step between bars]
    #[arg(long, env = "ATRAD_TIMEFRAME")]
    timeframe: Option<Timeframe>,
    /// The roles of columns, by name or number from 1, as in time=Date,close='Adj Close',volume=none
    #[arg(long, env = "ATRAD_COLUMNS", value_name = "ROLE=COLUMN", value_delimiter = ',')]
    columns: Vec<Choice>,
    /// How to resolve a bar of the same time and other values; error stops the import at the first such batch
    #[arg(long, env = "ATRAD_ON_CONFLICT", value_enum, default_value = "replace")]
    on_conflict: OnConflict,
    /// Store nothing of a file with invalid rows
    #[arg(long, env = "ATRAD_STRICT", value_parser = FalseyValueParser::new())]
    strict: bool,
    /// Follow a growing CSV file, across rotation, until SIGINT or SIGTERM
    #[arg(long, env = "ATRAD_FOLLOW", value_parser = FalseyValueParser::new(), conflicts_with = "strict")]
    follow: bool,
    /// The report format: text, or one JSON object per file and line
    #[arg(long, env = "ATRAD_FORMAT", value_enum, default_value = "table")]
    format: ListFormat,
    /// Where the bars go.
    #[command(flatten)]
    source: Source,
}

/// How to resolve a bar of the same time and other values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OnConflict {
    /// The new bar replaces the stored one.
    Replace,
    /// The stored bar stays.
    Keep,
    /// The batch is rejected.
    Error,
}

/// Runs the verb.
pub(crate) async fn run(mut import: Import) -> Result<(), Error> {
    let files = std::mem::take(&mut import.files);
    if import.follow && files.len() > 1 {
        return Err(Error::Usage("--follow takes one file".into()));
    }
    let connection = Connection::open(import.source.clone()).await?;
    let outcome = match import.follow {
        true => grow(&connection, &files[0], &import).await,
        false => each(&connection, &files, &import).await,
    };
    connection.close().await;
    outcome
}

async fn each(connection: &Connection, files: &[PathBuf], import: &Import) -> Result<(), Error> {
    for path in files {
        if import.strict {
            check(path, &import.columns)?;
        }
        let (from, columns) = (path.clone(), import.columns.clone());
        let progress = progress(path)?;
        let counted = progress.clone();
        let open = move || files::open(&from, &columns, &counted);
        let report = store::store(connection, path, open, import.all(), progress).await?;
        report.tell(import.format)?;
    }
    Ok(())
}

/// Follows a file from one replacement to the next.
async fn grow(connection: &Connection, path: &Path, import: &Import) -> Result<(), Error> {
    let stopped = Arc::new(AtomicBool::new(false));
    signals::on_signal(Arc::clone(&stopped))?;
    loop {
        let (from, columns, end) = (path.to_owned(), import.columns.clone(), Arc::clone(&stopped));
        let open = move || follow::open(&from, &columns, end);
        let report = store::store(connection, path, open, import.all(), ProgressBar::hidden()).await?;
        report.tell(import.format)?;
        if stopped.load(Relaxed) {
            return Ok(());
        }
    }
}

/// Reads a whole file and refuses it if a row is invalid.
fn check(path: &Path, columns: &[Choice]) -> Result<(), Error> {
    let progress = progress(path)?;
    let reading = files::open(path, columns, &progress)?;
    let mut line = reading.first;
    for rows in reading.rows {
        let rows = rows.map_err(|fault| fault.of(path))?;
        if let Some((at, why)) = rows.skipped.told.first() {
            return Err(Error::NoBars {
                path: path.into(),
                why: format!("line {}: {why}; nothing is stored", line + at),
            });
        }
        line += rows.lines;
    }
    progress.finish_and_clear();
    Ok(())
}

impl Import {
    /// The options of the caller for all rows.
    fn all(&self) -> All {
        let on_conflict = match self.on_conflict {
            OnConflict::Replace => proto::OnConflict::Replace,
            OnConflict::Keep => proto::OnConflict::Keep,
            OnConflict::Error => proto::OnConflict::Error,
        };
        All { name: Name { symbol: self.symbol.clone(), timeframe: self.timeframe }, on_conflict }
    }
}

/// A progress bar over the bytes of a file, shown on a terminal only.
fn progress(path: &Path) -> Result<ProgressBar, Error> {
    let bytes = std::fs::metadata(path).map_err(|error| Error::File { path: path.into(), error })?.len();
    let template = "{bar:40} {bytes}/{total_bytes} {msg} {eta}";
    let style = ProgressStyle::with_template(template).expect("the template is written here");
    Ok(ProgressBar::new(bytes).with_style(style))
}

//! `atrad import`: bars from files into series, durable when it returns.

mod batches;
mod follow;
mod report;
mod store;
mod timeframe;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use atrad::rpc::proto;
use atrad::series::{self, Symbol, Timeframe};
use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use store::{All, Sending};

use super::connection::Connection;
use super::files::{self, Choices, Extras, Name, Options, Rename, Repair, Rules, Style, TimeFormat, Zone};
use super::output::ListFormat;
use super::{Error, signals};
use crate::config::Source;

/// Import bars from files: CSV, gzipped CSV, Parquet, Arrow IPC
///
/// Recognises columns by common names, in any case and order: those of Binance, Bitfinex, Bybit, ccxt, Coinbase,
/// CryptoDataDownload, Databento, Dukascopy, Gate, IBKR, investing.com, Kraken, KuCoin, MetaTrader 4 and 5, Nasdaq, OKX,
/// Polygon, Stooq, TradingView and yfinance. Without a header, the columns are time,open,high,low,close,volume or
/// date,clock,open,high,low,close,volume, if no row contradicts. Times are RFC 3339, dates, or s, ms, us or ns since 1970,
/// UTC by default; all rows decide together how they are read. A column of symbols is split into one series per symbol.
/// Invalid rows are skipped and reported by line; what is not clear is an error. Files may be of any size.
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
    /// The roles of columns, by name or number from 1, as in time=Date,close='Adj Close',volume=none; roles are time, clock
    /// (the time of day beside a date), open, high, low, close, volume, symbol and timeframe
    #[arg(long, env = "ATRAD_COLUMNS", value_name = "ROLE=COLUMN,...")]
    columns: Vec<Choices>,
    /// Extra columns to store, by name, as in funding,open_interest='Open Interest'; expressions read them by that name
    #[arg(long, env = "ATRAD_EXTRA", value_name = "NAME[=COLUMN],...")]
    extra: Vec<Extras>,
    /// Store a symbol of the file under another name, as in XBT/USD=BTCUSD; write OLD->NEW if a name has an equals sign
    #[arg(long, env = "ATRAD_RENAME", value_name = "OLD=NEW", value_delimiter = ',')]
    rename: Vec<Rename>,
    /// How times are written: a strftime pattern as in '%d/%m/%Y %I:%M %p'; s, ms, us or ns since 1970; or excel for serial
    /// dates [default: from all rows]
    #[arg(long, env = "ATRAD_DATE_FORMAT", value_name = "FORMAT")]
    date_format: Option<TimeFormat>,
    /// The zone of times that name none, as in America/New_York or +02:00; times that clocks skip or repeat are invalid rows
    /// [default: UTC]
    #[arg(long, env = "ATRAD_TIME_ZONE", value_name = "ZONE", allow_hyphen_values = true)]
    time_zone: Option<Zone>,
    /// The mark before the fraction of numbers: a point or a comma
    #[arg(long, env = "ATRAD_DECIMAL", value_name = "MARK", value_parser = decimal)]
    decimal: Option<char>,
    /// The thousands separator of numbers, as in 1,234,567
    #[arg(long, env = "ATRAD_THOUSANDS", value_name = "MARK")]
    thousands: Option<char>,
    /// The prices that bars may have
    #[arg(long, env = "ATRAD_PRICES", value_enum, default_value = "not-negative")]
    prices: Prices,
    /// What to do about a high below another price of its bar, or a low above
    #[arg(long, env = "ATRAD_REPAIR", value_enum, default_value = "ulp")]
    repair: Repair,
    /// How to resolve a bar of the same time and other values; error stops the import at the first such batch
    #[arg(long, env = "ATRAD_ON_CONFLICT", value_enum, default_value = "replace")]
    on_conflict: OnConflict,
    /// Store nothing of a file with invalid rows
    #[arg(long, env = "ATRAD_STRICT", value_parser = BoolishValueParser::new())]
    strict: bool,
    /// Follow a growing CSV file, across rotation, until SIGINT or SIGTERM
    #[arg(long, env = "ATRAD_FOLLOW", value_parser = BoolishValueParser::new(), conflicts_with = "strict")]
    follow: bool,
    /// The report format: text, or one JSON object per file and line
    #[arg(long, env = "ATRAD_FORMAT", value_enum, default_value = "table")]
    format: ListFormat,
    /// Where the bars go.
    #[command(flatten)]
    source: Source,
}

/// The mark before a fraction.
fn decimal(text: &str) -> Result<char, String> {
    match text {
        "." => Ok('.'),
        "," => Ok(','),
        _ => Err("must be a point or a comma".into()),
    }
}

/// The prices that bars may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Prices {
    /// 0 or more; a row with another is invalid.
    NotNegative,
    /// Any, as of spreads, electricity and crude oil.
    Any,
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
    let options = import.options()?;
    let connection = Connection::open(import.source.clone()).await?;
    let outcome = match import.follow {
        true => grow(&connection, &files[0], &import, &options).await,
        false => each(&connection, &files, &import, &options).await,
    };
    connection.close().await;
    outcome
}

async fn each(connection: &Connection, files: &[PathBuf], import: &Import, options: &Options) -> Result<(), Error> {
    for path in files {
        if import.strict {
            check(path, options)?;
        }
        let (from, options) = (path.clone(), options.clone());
        let progress = progress(path)?;
        let counted = progress.clone();
        let open = move || files::open(&from, &options, &counted);
        let report = store::store(connection, path, open, import.all(), progress).await?;
        report.tell(import.format)?;
    }
    Ok(())
}

/// Follows a file from one replacement to the next.
async fn grow(connection: &Connection, path: &Path, import: &Import, options: &Options) -> Result<(), Error> {
    let stopped = Arc::new(AtomicBool::new(false));
    signals::on_signal(Arc::clone(&stopped))?;
    loop {
        let (from, options, end) = (path.to_owned(), options.clone(), Arc::clone(&stopped));
        let open = move || follow::open(&from, &options, end);
        let report = store::store(connection, path, open, import.all(), ProgressBar::hidden()).await?;
        report.tell(import.format)?;
        if stopped.load(Relaxed) {
            return Ok(());
        }
    }
}

/// Reads a whole file and refuses it if a row is invalid.
fn check(path: &Path, options: &Options) -> Result<(), Error> {
    let progress = progress(path)?;
    let reading = files::open(path, options, &progress)?;
    let mut line = reading.first;
    for rows in reading.rows {
        let rows = rows.map_err(|fault| fault.of(path))?;
        if let Some((at, why)) = rows.skipped.examples.first() {
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
        let price_range = match self.prices {
            Prices::NotNegative => proto::PriceRange::NotNegative,
            Prices::Any => proto::PriceRange::Any,
        };
        let name = Name { symbol: self.symbol.clone(), timeframe: self.timeframe };
        All { name, sending: Sending { on_conflict, price_range } }
    }

    /// How the files are to be read.
    fn options(&self) -> Result<Options, Error> {
        let style = Style { decimal: self.decimal.unwrap_or('.'), thousands: self.thousands, ..Style::PLAIN };
        if style.thousands == Some(style.decimal) {
            return Err(Error::Usage(format!("--decimal and --thousands must differ, both are {:?}", style.decimal)));
        }
        let prices = match self.prices {
            Prices::NotNegative => series::PriceRange::NotNegative,
            Prices::Any => series::PriceRange::Any,
        };
        Ok(Options {
            columns: Choices::of(&self.columns),
            extras: Extras(self.extra.iter().flat_map(|extras| extras.0.iter().cloned()).collect()),
            date_format: self.date_format.clone(),
            time_zone: self.time_zone.clone(),
            numbers: (self.decimal.is_some() || self.thousands.is_some()).then_some(style),
            rules: Rules { prices, repair: self.repair, renames: self.rename.clone(), extras: Vec::new() },
        })
    }
}

/// A progress bar over the bytes of a file, shown on a terminal only.
fn progress(path: &Path) -> Result<ProgressBar, Error> {
    let bytes = std::fs::metadata(path).map_err(|error| Error::File { path: path.into(), error })?.len();
    let template = "{bar:40} {bytes}/{total_bytes} {msg} {eta}";
    let style = ProgressStyle::with_template(template).expect("the template is written here");
    Ok(ProgressBar::new(bytes).with_style(style))
}

//! `atrad import`: bars from files into a series, durable when it returns.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Instant;

use atrad::rpc::proto::ingest_stream_response::Outcome;
use atrad::rpc::proto::{IngestStreamRequest, IngestStreamResponse, Receipt, SeriesId};
use atrad::rpc::wire::{self, Packed};
use atrad::series::{Bars, Column};
use clap::Args;
use flate2::read::MultiGzDecoder;
use futures_util::stream;
use indicatif::{ProgressBar, ProgressStyle};

use super::Error;
use super::connect::{Connection, id};
use super::rows::{self, Rows};
use crate::config::Source;

/// The bars of one batch: 2.4 MB, well under the limits of a message.
const BATCH_ROWS: usize = 50_000;

/// Bring bars in from files: CSV, also compressed by gzip
///
/// The header names the columns: a time (ts, time, timestamp, date ...), open, high, low, close and volume, in any case
/// and order. Times are RFC 3339, dates, or counts of s, ms, us or ns since 1970, UTC. Bars that are there are replaced.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The files
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The symbol of the series, as in BTCUSDT
    #[arg(long, env = "ATRAD_SYMBOL")]
    symbol: String,
    /// The timeframe of the series, as in 15m
    #[arg(long, env = "ATRAD_TIMEFRAME")]
    timeframe: String,
    /// Where the bars go.
    #[command(flatten)]
    source: Source,
}

/// Runs the verb.
pub(crate) async fn run(import: Import) -> Result<(), Error> {
    let Import { files, symbol, timeframe, source } = import;
    let id = id(&symbol, &timeframe)?;
    let connection = Connection::open(source).await?;
    let mut outcome = Ok(());
    for file in &files {
        outcome = one(&connection, file, &id).await;
        if outcome.is_err() {
            break;
        }
    }
    connection.close().await;
    outcome
}

async fn one(connection: &Connection, path: &Path, id: &SeriesId) -> Result<(), Error> {
    let started = Instant::now();
    let Rows { bars, skipped, told, sorted, duplicates } = read(path)?;
    let name = path.display();
    for (line, why) in &told {
        eprintln!("{name}:{line}: skipped: {why}");
    }
    if skipped > told.len() as u64 {
        eprintln!("{name}: skipped {skipped} rows in all, {} of them shown", told.len());
    }
    if sorted {
        eprintln!("{name}: the rows were not in order of time and are sorted");
    }
    if duplicates > 0 {
        eprintln!("{name}: {duplicates} rows have the time of another; the last of each time is kept");
    }
    let bars = bars.ok_or_else(|| Error::NoBars { path: path.into(), why: "holds no bars".into() })?;
    let rows = bars.len();
    let Receipt { accepted, replaced, ignored, .. } = send(connection, path, id, bars).await?;
    let per_second = rows as f64 / started.elapsed().as_secs_f64();
    let SeriesId { symbol, timeframe } = id;
    writeln!(
        io::stdout(),
        "{name}: {rows} bars to {symbol} {timeframe}: {accepted} new, {replaced} replaced, {ignored} known already; \
         {skipped} rows skipped; {per_second:.0} rows/s",
    )?;
    Ok(())
}

/// Reads a file, compressed or not as its first bytes tell.
fn read(path: &Path) -> Result<Rows, Error> {
    let failed = |error| Error::File { path: path.into(), error };
    let file = File::open(path).map_err(failed)?;
    let progress = bar(file.metadata().map_err(failed)?.len(), "reading {bar:40} {bytes}/{total_bytes} {eta}");
    let mut input = BufReader::with_capacity(1 << 20, progress.wrap_read(file));
    let packed = input.fill_buf().map_err(failed)?.starts_with(&[0x1f, 0x8b]);
    let input: Box<dyn Read> = if packed { Box::new(MultiGzDecoder::new(input)) } else { Box::new(input) };
    let rows = rows::read(input).map_err(|why| Error::NoBars { path: path.into(), why });
    progress.finish_and_clear();
    rows
}

/// Sends bars in batches, as fast as they are taken, and adds their receipts up.
async fn send(connection: &Connection, path: &Path, id: &SeriesId, bars: Bars) -> Result<Receipt, Error> {
    let rows = bars.len();
    let progress = bar(rows as u64, "storing {bar:40} {pos}/{len} bars {per_sec} {eta}");
    let id = id.clone();
    let batch = move |start: usize| IngestStreamRequest {
        batch: start as u64,
        id: Some(id.clone()),
        bars: Some(slice(&bars, start..bars.len().min(start + BATCH_ROWS))),
        ..IngestStreamRequest::default()
    };
    let batches = stream::iter((0..rows).step_by(BATCH_ROWS).map(batch));
    let mut receipts = connection.ingest().ingest_stream(batches).await?.into_inner();
    let mut total = Receipt::default();
    while let Some(IngestStreamResponse { batch, outcome }) = receipts.message().await? {
        let row = batch as usize;
        match outcome {
            Some(Outcome::Receipt(receipt)) => {
                total.accepted += receipt.accepted;
                total.replaced += receipt.replaced;
                total.ignored += receipt.ignored;
            }
            Some(Outcome::Failure(failure)) => {
                return Err(Error::Refused { path: path.into(), row, why: failure.message });
            }
            None => return Err(Error::Refused { path: path.into(), row, why: "no receipt".into() }),
        }
        progress.set_position((row + BATCH_ROWS).min(rows) as u64);
    }
    progress.finish_and_clear();
    Ok(total)
}

fn slice(bars: &Bars, rows: Range<usize>) -> wire::Bars {
    let column = |column| Packed::of(&bars.column(column)[rows.clone()]);
    wire::Bars {
        times: Packed::of(&bars.times()[rows.clone()]),
        open: column(Column::Open),
        high: column(Column::High),
        low: column(Column::Low),
        close: column(Column::Close),
        volume: column(Column::Volume),
    }
}

/// A progress bar, which shows itself on a terminal only.
fn bar(length: u64, template: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template).expect("templates are written here");
    ProgressBar::new(length).with_style(style)
}

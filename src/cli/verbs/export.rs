//! `atrad export`: writes the bars of series to files; the round trip through import is bit-exact.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use atrad::rpc::proto::series_service_client::SeriesServiceClient;
use atrad::rpc::proto::{self, GetSeriesRequest, Range, ReadBarsRequest, ReadBarsResponse, SeriesAdjustment, SeriesId};
use atrad::series::{ColumnName, Columns, SymbolPattern, Timeframe};
use clap::Args;
use clap::ValueEnum;
use flate2::write::GzEncoder;
use serde_json::json;
use tonic::{Code, Streaming};

use super::series;
use crate::cli::connection::{Connection, Way, id};
use crate::cli::files::{self, Shape, TableKind};
use crate::cli::output::{self, Progress, number};
use crate::cli::resample_args::{Adjust, ResampleArgs};
use crate::cli::{Error, times};
use crate::config::Source;

/// Write the bars of one series, or of several with a column of symbols
///
/// As in: atrad export BTCUSDT 15m --output btc.parquet, or: atrad export 'BTC*,ETHUSDT' 15m --format arrow
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The symbol of the series, as in BTCUSDT; several separated by commas; or patterns, as in 'BTC*' or '*-USD'
    symbols: String,
    /// The timeframe of the series, as in 15m
    timeframe: Timeframe,
    /// Only bars that open at this time or later, as in 2021-06-17T08:30:00Z or 2021-06-17
    #[arg(long, env = "ATRAD_FROM", value_parser = times::argument, allow_negative_numbers = true)]
    from: Option<i64>,
    /// Only bars that open before this time
    #[arg(long, env = "ATRAD_TO", value_parser = times::argument, allow_negative_numbers = true)]
    to: Option<i64>,
    /// Only bars that were closed at this time, as a caller at that time would have seen them
    #[arg(long, env = "ATRAD_AS_OF", value_parser = times::argument, allow_negative_numbers = true)]
    as_of: Option<i64>,
    /// Only the newest N bars of each series
    #[arg(long, env = "ATRAD_LAST", value_parser = clap::value_parser!(u64).range(1..))]
    last: Option<u64>,
    /// The file format [default: by the extension of the output, else csv]
    // Not ATRAD_FORMAT: the formats of other commands, such as table, are not all files of bars.
    #[arg(long, env = "ATRAD_EXPORT_FORMAT", value_enum)]
    format: Option<FileKind>,
    /// The compression of Parquet files
    #[arg(long, env = "ATRAD_COMPRESSION", value_enum, default_value = "zstd")]
    compression: Compression,
    /// Adjust prices by the splits, or by the splits and dividends, of `atrad actions`
    #[arg(long, env = "ATRAD_ADJUST", value_enum, default_value = "none")]
    adjust: Adjust,
    /// How to resample the bars.
    #[command(flatten)]
    resampling: ResampleArgs,
    /// The output file, instead of standard output
    #[arg(long, env = "ATRAD_OUTPUT", value_name = "FILE")]
    output: Option<PathBuf>,
    /// Where the bars are.
    #[command(flatten)]
    source: Source,
}

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FileKind {
    /// A header, then one line a bar.
    Csv,
    /// The same in gzip.
    #[value(name = "csv.gz")]
    CsvGz,
    /// An array of objects, one a bar.
    Json,
    /// Parquet.
    Parquet,
    /// Arrow IPC, which Feather is too.
    Arrow,
    /// A stream of Arrow IPC.
    Arrows,
}

/// How a Parquet file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Compression {
    /// Smaller.
    Zstd,
    /// Read by more programs.
    Snappy,
}

/// Runs the verb.
pub(crate) async fn run(export: Export) -> Result<(), Error> {
    let Export { symbols, timeframe, from, to, as_of, last, adjust, resampling, format, compression, output, source } =
        export;
    let kind = format.unwrap_or_else(|| FileKind::of(output.as_deref()));
    let range = Range { start_time: from, end_time: to, last, as_of };
    let connection = Connection::open(source).await?;
    let is_streamed = matches!(kind, FileKind::Csv | FileKind::Json);
    let progress = Progress::beside("exporting", is_streamed, output.as_deref());
    let (resampling, adjust) = (resampling.message(), adjust.into());
    let wanted = SeriesId { timeframe: timeframe.to_string(), ..SeriesId::default() };
    let wanted = GetSeriesRequest { series: Some(wanted), resampling: resampling.clone(), as_of };
    let (symbols, named) = symbols_of(&connection, &symbols, &wanted).await?;
    let bars = Bars { connection: &connection, symbols, timeframe, range, resampling, adjust, progress };
    let names = if named { bars.symbols.clone() } else { vec![] };
    let open = || output::open(output.as_deref());
    match kind {
        FileKind::Csv => csv(&bars, named, open()?).await?.flush()?,
        FileKind::Json => json(&bars, named, open()?).await?,
        FileKind::CsvGz => {
            let packed = GzEncoder::new(open()?, flate2::Compression::default());
            csv(&bars, named, packed).await?.finish()?.flush()?;
        }
        FileKind::Parquet => table(&bars, names, compression.kind(), &open).await?,
        FileKind::Arrow => table(&bars, names, TableKind::ArrowFile, &open).await?,
        FileKind::Arrows => table(&bars, names, TableKind::ArrowStream, &open).await?,
    }
    connection.close().await;
    Ok(())
}

impl FileKind {
    fn of(path: Option<&Path>) -> Self {
        let name = path.and_then(Path::file_name).unwrap_or_default().to_string_lossy().to_lowercase();
        match name.rsplit('.').next().unwrap_or_default() {
            "gz" => Self::CsvGz,
            "json" => Self::Json,
            "parquet" | "pq" => Self::Parquet,
            "arrow" | "feather" | "ipc" => Self::Arrow,
            "arrows" => Self::Arrows,
            _ => Self::Csv,
        }
    }
}

impl Compression {
    /// The table format with this compression.
    pub(crate) fn kind(self) -> TableKind {
        match self {
            Self::Zstd => TableKind::ParquetZstd,
            Self::Snappy => TableKind::ParquetSnappy,
        }
    }
}

/// The requested symbols, and whether the output needs a column of symbols. As in a screen, a pattern stands for the series that
/// are stored at the timeframe or can be resampled to it.
async fn symbols_of(
    connection: &Connection,
    asked: &str,
    wanted: &GetSeriesRequest,
) -> Result<(Vec<String>, bool), Error> {
    let timeframe = wanted.series.clone().unwrap_or_default().timeframe;
    let mut symbols = BTreeSet::new();
    for part in asked.split(',') {
        if !SymbolPattern::is_pattern(part) {
            symbols.insert(id(part, &timeframe)?.symbol);
            continue;
        }
        let pattern: SymbolPattern = part.parse()?;
        let matches = |id: &SeriesId| id.symbol.parse().is_ok_and(|symbol| pattern.matches(&symbol));
        let all = series::all(connection, pattern.prefix()).await?;
        let found: Vec<SeriesId> = all.into_iter().filter_map(|info| info.id).filter(matches).collect();
        let (stored, others): (Vec<_>, Vec<_>) = found.into_iter().partition(|id| id.timeframe == timeframe);
        let mut found: BTreeSet<String> = stored.into_iter().map(|id| id.symbol).collect();
        for SeriesId { symbol, .. } in others {
            if !found.contains(&symbol) && serves(connection, &symbol, wanted).await? {
                found.insert(symbol);
            }
        }
        if found.is_empty() {
            return Err(Error::NoSeries(format!("{part} {timeframe}")));
        }
        symbols.extend(found);
    }
    let named = symbols.len() > 1 || SymbolPattern::is_pattern(asked);
    Ok((symbols.into_iter().collect(), named))
}

/// Whether the server has the bars of a symbol.
async fn serves(connection: &Connection, symbol: &str, wanted: &GetSeriesRequest) -> Result<bool, Error> {
    let mut request = wanted.clone();
    request.series.get_or_insert_default().symbol = symbol.into();
    match connection.series().get_series(request).await {
        Ok(_) => Ok(true),
        Err(status) if status.code() == Code::NotFound => Ok(false),
        Err(status) => Err(status.into()),
    }
}

/// The requested bars.
struct Bars<'a> {
    connection: &'a Connection,
    symbols: Vec<String>,
    timeframe: Timeframe,
    range: Range,
    resampling: Option<proto::Resampling>,
    adjust: i32,
    progress: Progress,
}

impl Bars<'_> {
    /// The bars of one series, chunk by chunk.
    async fn of(&self, symbol: &str) -> Result<Chunks, Error> {
        self.within(symbol, self.range).await
    }

    async fn within(&self, symbol: &str, range: Range) -> Result<Chunks, Error> {
        let (series, range) = (Some(id(symbol, &self.timeframe.to_string())?), Some(range));
        let (resampling, adjust) = (self.resampling.clone(), self.adjust);
        let request = ReadBarsRequest { series, range, resampling, adjust, ..ReadBarsRequest::default() };
        let client = self.connection.series();
        let stream = client.clone().read_bars(request.clone()).await?.into_inner();
        Ok(Chunks { client, request, stream, epoch: None, begins: true, adjustments: None, behind: None })
    }

    /// The extra columns that any of the series has, in alphabetical order. The first chunk of an answer has all of its series.
    async fn extras(&self) -> Result<Vec<ColumnName>, Error> {
        let mut names = BTreeSet::new();
        for symbol in &self.symbols {
            let mut chunks = self.within(symbol, Range { last: Some(1), ..self.range }).await?;
            let first = chunks.next().await?.unwrap_or_default();
            names.extend(first.extra.into_iter().map(|(name, _)| name));
        }
        Ok(names.into_iter().collect())
    }

    /// Whether all volumes are integers.
    async fn have_whole_volumes(&self) -> Result<bool, Error> {
        for symbol in &self.symbols {
            let mut chunks = self.of(symbol).await?;
            while let Some(bars) = chunks.next().await? {
                if !bars.volume.into_iter().all(files::is_whole) {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }
}

/// The chunks of one series, over as many calls as needed.
struct Chunks {
    client: SeriesServiceClient<Way>,
    request: ReadBarsRequest,
    stream: Streaming<ReadBarsResponse>,
    /// The epoch of the chunks so far.
    epoch: Option<u64>,
    /// Whether the next chunk is the first of its call, which tells the adjustments.
    begins: bool,
    /// How the chunks so far are adjusted.
    adjustments: Option<Vec<SeriesAdjustment>>,
    /// The first time after the chunks of this stream.
    behind: Option<i64>,
}

impl Chunks {
    async fn next(&mut self) -> Result<Option<Columns>, Error> {
        loop {
            let chunk = match (self.stream.message().await, self.behind.take()) {
                (Ok(chunk), _) => chunk,
                // The server limits the deadline of a call; the next call requests the remaining bars.
                (Err(status), Some(behind)) if status.code() == Code::DeadlineExceeded => {
                    let range = self.request.range.unwrap_or_default();
                    if range.end_time == Some(behind) {
                        return Ok(None);
                    }
                    self.request.range = Some(Range { start_time: Some(behind), last: None, ..range });
                    self.stream = self.client.read_bars(self.request.clone()).await?.into_inner();
                    self.begins = true;
                    continue;
                }
                (Err(status), _) => return Err(status.into()),
            };
            let Some(ReadBarsResponse { bars, epoch, adjustments, .. }) = chunk else { return Ok(None) };
            if self.epoch.replace(epoch).is_some_and(|before| before != epoch) {
                return Err(Error::Changed);
            }
            if std::mem::take(&mut self.begins)
                && self.adjustments.replace(adjustments.clone()).is_some_and(|before| before != adjustments)
            {
                return Err(Error::Changed);
            }
            let bars: Columns = bars.unwrap_or_default().into();
            self.behind = bars.times.last().and_then(|last| last.checked_add(1));
            return Ok(Some(bars));
        }
    }
}

/// The names of the columns of numbers.
fn names(extras: &[ColumnName]) -> impl Iterator<Item = &str> {
    ["open", "high", "low", "close", "volume"].into_iter().chain(extras.iter().map(ColumnName::as_str))
}

/// The times of a chunk, and its columns of numbers: NaN throughout in an extra column that only other series have.
fn numbers(bars: Columns, extras: &[ColumnName]) -> Result<(Vec<i64>, Vec<Vec<f64>>), Error> {
    let Columns { times, open, high, low, close, volume, extra } = bars;
    let mut extra: BTreeMap<ColumnName, Vec<f64>> = extra.into_iter().collect();
    let mut columns = vec![open, high, low, close, volume];
    columns.extend(extras.iter().map(|name| extra.remove(name).unwrap_or_else(|| vec![f64::NAN; times.len()])));
    // The header is written already.
    if extra.is_empty() { Ok((times, columns)) } else { Err(Error::Changed) }
}

async fn csv<W: Write>(bars: &Bars<'_>, named: bool, output: W) -> Result<W, Error> {
    let extras = bars.extras().await?;
    let mut writer = csv::Writer::from_writer(output);
    let symbol = named.then_some("symbol");
    writer.write_record(symbol.into_iter().chain(["time"]).chain(names(&extras)))?;
    for symbol in &bars.symbols {
        let mut chunks = bars.of(symbol).await?;
        while let Some(chunk) = chunks.next().await? {
            let (times, columns) = numbers(chunk, &extras)?;
            for (row, &time) in times.iter().enumerate() {
                let values = columns.iter().map(|column| number(column[row]));
                let symbol = named.then(|| symbol.clone());
                writer.write_record(symbol.into_iter().chain([times::write(time)]).chain(values))?;
            }
            bars.progress.add(times.len());
        }
    }
    Ok(writer.into_inner().map_err(|error| error.into_error())?)
}

async fn json(bars: &Bars<'_>, named: bool, mut output: Box<dyn Write + Send>) -> Result<(), Error> {
    let extras = bars.extras().await?;
    let mut separator = "[\n";
    for symbol in &bars.symbols {
        let mut chunks = bars.of(symbol).await?;
        while let Some(chunk) = chunks.next().await? {
            let (times, columns) = numbers(chunk, &extras)?;
            for (row, &time) in times.iter().enumerate() {
                let symbol = if named { format!("\"symbol\":{},", json!(symbol)) } else { String::new() };
                write!(output, "{separator}{{{symbol}\"time\":\"{}\"", times::write(time))?;
                for (name, column) in names(&extras).zip(&columns) {
                    // NaN is null.
                    write!(output, ",\"{name}\":{}", json!(column[row]))?;
                }
                output.write_all(b"}")?;
                separator = ",\n";
            }
            bars.progress.add(times.len());
        }
    }
    output.write_all(if separator == ",\n" { b"\n]\n" } else { b"[]\n" })?;
    Ok(output.flush()?)
}

async fn table(
    bars: &Bars<'_>,
    symbols: Vec<String>,
    kind: TableKind,
    open: &impl Fn() -> Result<Box<dyn Write + Send>, Error>,
) -> Result<(), Error> {
    let (extras, whole) = (bars.extras().await?, bars.have_whole_volumes().await?);
    let columns = names(&extras).map(|name| (name.to_owned(), whole && name == "volume")).collect();
    let mut writer = files::Writer::new(kind, Shape { symbols, columns }, open()?)?;
    for (place, symbol) in bars.symbols.iter().enumerate() {
        let mut chunks = bars.of(symbol).await?;
        while let Some(chunk) = chunks.next().await? {
            let (times, columns) = numbers(chunk, &extras)?;
            bars.progress.add(times.len());
            writer.add(place, times, columns)?;
        }
    }
    Ok(writer.end()?)
}

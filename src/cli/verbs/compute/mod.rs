//! `atrad compute`: the values of expressions over one series.

mod drawing;
mod plot;
mod since;

use std::io::Write;
use std::path::PathBuf;

use atrad::rpc::proto::compute_request::Source::Series;
use atrad::rpc::proto::{ComputeRequest, ComputeStreamRequest, Persist, Range, WatchRequest};
use atrad::rpc::wire::ComputeResponse;
use bytes::Bytes;
use clap::Args;
use clap::builder::BoolishValueParser;
use serde_json::json;

use self::drawing::{BAR, Drawing, Kind};
use super::watch::live::{self, LineFormat};
use crate::cli::connection::{Connection, id};
use crate::cli::files::{self, TableKind};
use crate::cli::output::{self, ChartFormat, Progress, number};
use crate::cli::resample_args::{Adjust, ResampleArgs};
use crate::cli::table::Table;
use crate::cli::{Error, times};
use crate::config::Source;

/// The default number of table rows, about one screen.
const TABLE_ROWS: u64 = 20;

/// Compute indicators over a series
///
/// As in: atrad compute BTCUSDT 15m 'rsi(14)' 'macd(12, 26, 9).hist' --last 5
#[derive(Debug, Args)]
pub(crate) struct Compute {
    /// The symbol, as in BTCUSDT
    symbol: String,
    /// The timeframe, as in 15m
    timeframe: String,
    /// The expressions, as in 'rsi(14)' or 'fast = ema(close, 12)'
    #[arg(required = true)]
    expressions: Vec<String>,
    /// Only the newest N bars [default: 20 in a table without bounds, else all]
    #[arg(long, env = "ATRAD_LAST", value_parser = clap::value_parser!(u64).range(1..))]
    last: Option<u64>,
    /// Only bars that open at this time or later, as in 2021-06-17T08:30:00Z or 2021-06-17
    #[arg(long, env = "ATRAD_FROM", value_parser = times::argument, allow_negative_numbers = true)]
    from: Option<i64>,
    /// Only bars that open before this time
    #[arg(long, env = "ATRAD_TO", value_parser = times::argument, allow_negative_numbers = true)]
    to: Option<i64>,
    /// Only bars that were closed at this time, as a caller at that time would have seen them
    #[arg(long, env = "ATRAD_AS_OF", value_parser = times::argument, allow_negative_numbers = true)]
    as_of: Option<i64>,
    /// Adjust prices by the splits, or by the splits and dividends, of `atrad actions`
    #[arg(long, env = "ATRAD_ADJUST", value_enum, default_value = "none")]
    adjust: Adjust,
    /// Only rows that are new or revised since this epoch; prints what to ask with next to standard error. 0 has nothing yet
    #[arg(long, env = "ATRAD_SINCE_EPOCH", value_name = "EPOCH", conflicts_with_all = ["watch", "persist"])]
    since_epoch: Option<u64>,
    /// The token that was printed with that epoch
    #[arg(long, env = "ATRAD_SINCE_TOKEN", value_name = "TOKEN", requires = "since_epoch", value_parser = since::token)]
    since_token: Option<Bytes>,
    /// How to resample the bars.
    #[command(flatten)]
    resampling: ResampleArgs,
    /// Then go on with rows as their bars close, until Ctrl-C; json is then one object a line
    #[arg(long, env = "ATRAD_WATCH", value_parser = BoolishValueParser::new())]
    #[arg(conflicts_with_all = ["from", "to", "as_of", "persist", "ttl_s", "output"])]
    watch: bool,
    /// Save the result for `atrad results read KEY`; prints the key to standard error
    #[arg(long, env = "ATRAD_PERSIST", value_parser = BoolishValueParser::new())]
    persist: bool,
    /// The TTL of the saved result, in seconds [default: it never expires]
    #[arg(long, env = "ATRAD_TTL_S", requires = "persist", value_parser = clap::value_parser!(u64).range(1..=1 << 40))]
    ttl_s: Option<u64>,
    /// The output format
    #[arg(long, env = "ATRAD_FORMAT", value_enum, default_value = "table")]
    format: ChartFormat,
    /// Draw a chart in the terminal, as `--format plot` does
    #[arg(long, env = "ATRAD_PLOT", value_parser = BoolishValueParser::new(), conflicts_with_all = ["format", "watch"])]
    plot: bool,
    /// The output file, instead of standard output
    #[arg(long, env = "ATRAD_OUTPUT", value_name = "FILE")]
    output: Option<PathBuf>,
    /// Where the bars are.
    #[command(flatten)]
    source: Source,
}

impl Compute {
    /// The expressions, without the space that tells one that begins with a minus sign from a flag.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &str> {
        self.expressions.iter().map(|expression| expression.trim_start())
    }
}

/// Runs the verb.
pub(crate) async fn run(compute: Compute) -> Result<(), Error> {
    if compute.watch {
        return watch(compute).await;
    }
    let mut expressions: Vec<_> = compute.expressions().map(str::to_owned).collect();
    let Compute {
        symbol,
        timeframe,
        last,
        from,
        to,
        as_of,
        adjust,
        since_epoch,
        since_token,
        resampling,
        persist,
        ttl_s,
        format,
        plot,
        output,
        source,
        ..
    } = compute;
    let format = if plot { ChartFormat::Plot } else { format };
    // A chart has candles. A saved result holds what was asked for, and nothing else.
    if format == ChartFormat::Html && !persist {
        expressions.extend(BAR.map(str::to_owned));
    }
    let title = format!("{symbol} {timeframe}");
    let unbounded = last.is_none() && from.is_none() && to.is_none() && since_epoch.is_none();
    let last = if unbounded && format == ChartFormat::Table { Some(TABLE_ROWS) } else { last };
    let range = Some(Range { start_time: from, end_time: to, last, as_of });
    let persist = persist.then(|| Persist { ttl_ms: 1000 * ttl_s.unwrap_or(0) });
    let request = Some(ComputeRequest {
        source: Some(Series(id(&symbol, &timeframe)?)),
        range,
        expressions,
        resampling: resampling.message(),
        persist,
        adjust: adjust.into(),
        since_epoch,
        since_token: since_token.unwrap_or_default(),
        ..ComputeRequest::default()
    });
    let connection = Connection::open(source).await?;
    let mut chunks = connection.indicators().compute_stream(ComputeStreamRequest { request }).await?.into_inner();
    let is_streamed = matches!(format, ChartFormat::Csv | ChartFormat::Json);
    let progress = Progress::beside("computing", is_streamed, output.as_deref());
    let mut shape = None;
    while let Some(response) = chunks.message().await? {
        let chunk = response.chunk.unwrap_or_default();
        if !chunk.saved_result_key.is_empty() {
            eprintln!("saved as {}", chunk.saved_result_key);
        }
        since::tell(&chunk);
        let shape = match &mut shape {
            Some(shape) => shape,
            none => none.insert(Shape::begin(format, &title, &chunk, output::open(output.as_deref())?)?),
        };
        shape.add(&chunk)?;
        progress.add(chunk.times.values::<i64>().len());
    }
    drop(progress);
    if let Some(shape) = shape {
        shape.end()?;
    }
    connection.close().await;
    Ok(())
}

/// The newest rows, and then each that closes.
async fn watch(compute: Compute) -> Result<(), Error> {
    let format = match compute.format {
        ChartFormat::Table => LineFormat::Table,
        ChartFormat::Csv => LineFormat::Csv,
        ChartFormat::Json => LineFormat::Json,
        ChartFormat::Arrow | ChartFormat::Parquet | ChartFormat::Html | ChartFormat::Plot => {
            return Err(Error::Usage("--watch writes rows one by one: --format must be table, csv or json".into()));
        }
    };
    let request = WatchRequest {
        series: vec![id(&compute.symbol, &compute.timeframe)?],
        expressions: compute.expressions().map(str::to_owned).collect(),
        last: compute.last.unwrap_or(TABLE_ROWS),
        resampling: compute.resampling.message(),
        adjust: compute.adjust.into(),
        ..WatchRequest::default()
    };
    live::run(compute.source, request, format).await
}

/// The writer of a result, chunk by chunk.
pub(crate) enum Shape {
    Table(Table, Box<dyn Write + Send>),
    Csv(Box<csv::Writer<Box<dyn Write + Send>>>),
    Json { output: Box<dyn Write + Send>, rows: usize },
    Columns(Box<files::Writer>),
    Drawn(Box<Drawing>),
}

impl Shape {
    pub(crate) fn begin(
        format: ChartFormat,
        title: &str,
        first: &ComputeResponse,
        mut output: Box<dyn Write + Send>,
    ) -> Result<Self, Error> {
        let header = || std::iter::once("time").chain(first.columns.iter().map(|column| &*column.label));
        Ok(match format {
            ChartFormat::Table => Self::Table(Table::new(header()), output),
            ChartFormat::Csv => {
                let mut writer = csv::Writer::from_writer(output);
                writer.write_record(header())?;
                Self::Csv(Box::new(writer))
            }
            ChartFormat::Json => {
                output.write_all(b"[")?;
                Self::Json { output, rows: 0 }
            }
            ChartFormat::Arrow | ChartFormat::Parquet => {
                let columns = first.columns.iter().map(|column| (column.label.clone(), false)).collect();
                let kind = if format == ChartFormat::Arrow { TableKind::ArrowFile } else { TableKind::ParquetZstd };
                let shape = files::Shape { columns, ..files::Shape::default() };
                Self::Columns(Box::new(files::Writer::new(kind, shape, output)?))
            }
            ChartFormat::Html => Self::Drawn(Box::new(Drawing::new(Kind::Html, title, first, output))),
            ChartFormat::Plot => Self::Drawn(Box::new(Drawing::new(Kind::Plot, title, first, output))),
        })
    }

    pub(crate) fn add(&mut self, chunk: &ComputeResponse) -> Result<(), Error> {
        let columns: Vec<Vec<f64>> = chunk.columns.iter().map(|column| column.values.values()).collect();
        match self {
            Self::Columns(writer) => return Ok(writer.add(0, chunk.times.values(), columns)?),
            Self::Drawn(drawing) => {
                drawing.add(chunk.times.values(), columns);
                return Ok(());
            }
            _ => {}
        }
        for (row, time) in chunk.times.values().into_iter().enumerate() {
            let values = columns.iter().map(|column| column[row]);
            let cells = || std::iter::once(times::write(time)).chain(values.clone().map(number));
            match self {
                Self::Table(table, _) => table.row(cells()),
                Self::Csv(writer) => writer.write_record(cells())?,
                Self::Json { output, rows } => {
                    let separator: &[u8] = if *rows == 0 { b"\n" } else { b",\n" };
                    output.write_all(separator)?;
                    write!(output, "{{\"time\":\"{}\"", times::write(time))?;
                    for (column, value) in chunk.columns.iter().zip(values) {
                        write!(output, ",{}:{}", json!(column.label), json!(value))?;
                    }
                    output.write_all(b"}")?;
                    *rows += 1;
                }
                Self::Columns(_) | Self::Drawn(_) => {}
            }
        }
        Ok(())
    }

    pub(crate) fn end(self) -> Result<(), Error> {
        match self {
            Self::Table(table, mut output) => {
                table.write(&mut output)?;
                output.flush()?;
            }
            Self::Csv(mut writer) => writer.flush()?,
            Self::Json { mut output, .. } => {
                output.write_all(b"\n]\n")?;
                output.flush()?;
            }
            Self::Columns(writer) => writer.end()?,
            Self::Drawn(drawing) => drawing.end()?,
        }
        Ok(())
    }
}

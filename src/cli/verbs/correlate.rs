//! `atrad correlate`: the correlation matrix of many series.

use std::io::{self, Write};

use atrad::rpc::proto::{CorrelateRequest, CorrelateResponse, CorrelationMethod, Range};
use clap::{Args, ValueEnum};
use serde_json::json;

use crate::cli::connection::{Connection, id};
use crate::cli::output::{self, Format, Progress, Records, number};
use crate::cli::resample_args::{Adjust, ResampleArgs};
use crate::cli::table::Table;
use crate::cli::{Error, times};
use crate::config::Source;

/// Compute the correlation matrix of many series
///
/// As in: atrad correlate MSFT AAPL IBM GOOG --timeframe 1d --last 250 --returns
#[derive(Debug, Args)]
pub(crate) struct Correlate {
    /// The symbols of the series, two or more
    #[arg(required = true, num_args = 2..)]
    symbols: Vec<String>,
    /// The timeframe of the series, as in 1d
    #[arg(long, env = "ATRAD_TIMEFRAME")]
    timeframe: String,
    /// The expression to correlate, as in 'rsi(14)'
    #[arg(long, env = "ATRAD_EXPRESSION", default_value = "close", allow_hyphen_values = true)]
    expression: String,
    /// Correlate simple returns instead of values
    #[arg(long, env = "ATRAD_RETURNS")]
    returns: bool,
    /// The correlation coefficient: of values (pearson) or of ranks (spearman)
    #[arg(long, env = "ATRAD_METHOD", value_enum, default_value = "pearson")]
    method: Method,
    /// Only the newest N bars of each series
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
    /// The output format
    #[arg(long, env = "ATRAD_FORMAT", value_enum, default_value = "table")]
    format: Format,
    /// How to resample.
    #[command(flatten)]
    resampling: ResampleArgs,
    /// Where the bars are.
    #[command(flatten)]
    source: Source,
}

/// The correlation coefficient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Method {
    Pearson,
    Spearman,
}

/// Runs the verb.
pub(crate) async fn run(correlate: Correlate) -> Result<(), Error> {
    let Correlate { symbols, timeframe, expression, returns, method, adjust, format, .. } = correlate;
    let Correlate { last, from, to, as_of, resampling, source, .. } = correlate;
    let series = symbols.iter().map(|symbol| id(symbol, &timeframe)).collect::<Result<_, _>>()?;
    let method = match method {
        Method::Pearson => CorrelationMethod::Pearson,
        Method::Spearman => CorrelationMethod::Spearman,
    };
    let range = Some(Range { start_time: from, end_time: to, last, as_of });
    let (method, adjust, resampling) = (method.into(), adjust.into(), resampling.message());
    let request = CorrelateRequest { series, range, expression, returns, method, adjust, resampling };
    let connection = Connection::open(source).await?;
    let progress = Progress::begin("correlating");
    let answer = connection.indicators().correlate(request).await;
    drop(progress);
    connection.close().await;
    show(&symbols, &answer?.into_inner(), format)
}

fn show(symbols: &[String], answer: &CorrelateResponse, format: Format) -> Result<(), Error> {
    let mut output = output::open(None)?;
    let rows = || symbols.iter().zip(answer.values.chunks(symbols.len()));
    match format {
        Format::Table => {
            let name = || std::iter::once("symbol").chain(symbols.iter().map(String::as_str));
            let mut table = Table::new(name());
            for (symbol, row) in rows() {
                let rounded = row.iter().map(|value| number((value * 1e4).round() / 1e4));
                table.row(std::iter::once(symbol.clone()).chain(rounded));
            }
            table.write(&mut output)?;
            output.flush()?;
            writeln!(io::stderr(), "{} samples per series, at timestamps present in every series", answer.rows)?;
        }
        Format::Json => {
            let CorrelateResponse { rows: count, epochs, bars, .. } = answer;
            let matrix: Vec<_> = rows().map(|(_, row)| row).collect();
            let object = json!({ "symbols": symbols, "rows": count, "epochs": epochs, "bars": bars, "matrix": matrix });
            return output::write_json(&object);
        }
        Format::Csv | Format::Arrow | Format::Parquet => {
            let first = Records::default().texts("symbol", symbols.iter().cloned());
            // The matrix is symmetric: its rows are its columns.
            let add = |records: Records, (symbol, row): (&String, &[f64])| records.numbers(symbol, row.iter().copied());
            return rows().fold(first, add).write(format, output);
        }
    }
    Ok(output.flush()?)
}

//! `atrad screen`: the series where a condition holds at the newest closed bar.

use std::io::{self, Write};
use std::path::PathBuf;

use atrad::rpc::proto::screen_response::Part;
use atrad::rpc::proto::{ScreenHit, ScreenRequest, ScreenSummary};
use clap::Args;
use clap::builder::BoolishValueParser;

use super::rows::{Cell, Column, RowFormat, Rows};
use crate::cli::connection::Connection;
use crate::cli::resample_args::{Adjust, ResampleArgs};
use crate::cli::{Error, output, times};
use crate::config::Source;

/// Find the series where a condition holds at the newest closed bar
///
/// As in: atrad screen --timeframe 1d 'rsi(14) < 30 and close > sma(200)' --show 'rsi(14)' --top 10
#[derive(Debug, Args)]
pub(crate) struct Screen {
    /// The condition, as in 'rsi(14) < 30'
    condition: String,
    /// The timeframe of the series, as in 1d
    #[arg(long, env = "ATRAD_TIMEFRAME")]
    timeframe: String,
    /// The symbols, some with wildcards, separated by commas, as in 'BTC*,ETHUSDT' [default: all]
    #[arg(long, env = "ATRAD_SYMBOLS", value_delimiter = ',', value_name = "SYMBOL")]
    symbols: Vec<String>,
    /// A value to show of each series, as in 'rsi(14)'; may be given several times
    #[arg(long, env = "ATRAD_SHOW", value_name = "EXPRESSION", allow_hyphen_values = true)]
    show: Vec<String>,
    /// What ranks the series, the largest value first [default: the first value that is shown, with --top]
    #[arg(long, env = "ATRAD_RANK_BY", value_name = "EXPRESSION", allow_hyphen_values = true)]
    rank_by: Option<String>,
    /// Only the best N series
    #[arg(long, env = "ATRAD_TOP", value_parser = clap::value_parser!(u32).range(1..))]
    top: Option<u32>,
    /// The smallest value ranks first
    #[arg(long, env = "ATRAD_ASCENDING", value_parser = BoolishValueParser::new())]
    ascending: bool,
    /// Only bars that were closed at this time, as a caller at that time would have seen them
    #[arg(long, env = "ATRAD_AS_OF", value_parser = times::argument, allow_negative_numbers = true)]
    as_of: Option<i64>,
    /// Adjust prices by the splits, or by the splits and dividends, of `atrad actions`
    #[arg(long, env = "ATRAD_ADJUST", value_enum, default_value = "none")]
    adjust: Adjust,
    /// How to resample the bars.
    #[command(flatten)]
    resampling: ResampleArgs,
    /// The output format
    #[arg(long, env = "ATRAD_FORMAT", value_enum, default_value = "table")]
    format: RowFormat,
    /// The output file, instead of standard output
    #[arg(long, env = "ATRAD_OUTPUT", value_name = "FILE")]
    output: Option<PathBuf>,
    /// Where the bars are.
    #[command(flatten)]
    source: Source,
}

/// Runs the verb.
pub(crate) async fn run(screen: Screen) -> Result<(), Error> {
    let Screen { condition, timeframe, symbols, show, rank_by, top, ascending, .. } = screen;
    let first = show.first().filter(|_| top.is_some()).cloned();
    let rank_by = rank_by.or(first).unwrap_or_default();
    let request = ScreenRequest {
        symbols,
        timeframe,
        condition: condition.trim_start().to_owned(),
        expressions: show,
        rank_by,
        ascending,
        top: top.unwrap_or(0),
        resampling: screen.resampling.message(),
        as_of: screen.as_of,
        adjust: screen.adjust.into(),
    };
    let connection = Connection::open(screen.source).await?;
    let mut parts = connection.indicators().screen(request).await?.into_inner();
    // The labels come with the summary.
    let mut hits = Vec::new();
    while let Some(response) = parts.message().await? {
        match response.part {
            Some(Part::Hit(hit)) => hits.push(hit),
            Some(Part::Summary(summary)) => {
                write(&hits, &summary, screen.format, output::open(screen.output.as_deref())?)?;
            }
            None => {}
        }
    }
    connection.close().await;
    Ok(())
}

fn write(
    hits: &[ScreenHit],
    summary: &ScreenSummary,
    format: RowFormat,
    output: Box<dyn Write + Send>,
) -> Result<(), Error> {
    let first = [Column::text("symbol"), Column::time("time")];
    let columns: Vec<_> = first.into_iter().chain(summary.labels.iter().map(Column::number)).collect();
    let mut rows = Rows::begin(format, &columns, output)?;
    for hit in hits {
        let symbol = hit.series.as_ref().map(|id| id.symbol.clone()).unwrap_or_default();
        let first = [Cell::Text(symbol), Cell::Time(hit.time)];
        let cells: Vec<_> = first.into_iter().chain(hit.values.iter().map(|&value| Cell::Number(value))).collect();
        rows.add(&cells)?;
    }
    rows.end()?;
    let ScreenSummary { scanned, matched, undefined, failed, failures, .. } = summary;
    let mut notices = io::stderr();
    writeln!(notices, "{matched} of {scanned} series match; {undefined} have too few bars, {failed} failed")?;
    for failure in failures {
        let symbol = failure.series.as_ref().map(|id| id.symbol.as_str()).unwrap_or_default();
        let message = failure.failure.as_ref().map(|failure| failure.message.as_str()).unwrap_or_default();
        writeln!(notices, "{symbol}: {message}")?;
    }
    Ok(())
}

//! `atrad series`: list series, set a retention policy, delete a series.

mod action_files;
pub(crate) mod actions;
pub(crate) mod calendars;

use std::io::{self, Write};

use atrad::rpc::proto::series_service_client::SeriesServiceClient;
use atrad::rpc::proto::{
    AcceptLossRequest, DeleteSeriesRequest, ListSeriesRequest, Retention, SeriesInfo, SetRetentionRequest,
};
use clap::{ArgGroup, Args, Subcommand, value_parser};
use serde_json::json;

use crate::cli::connection::{Connection, Way, id};
use crate::cli::output::{self, Format, Records};
use crate::cli::{Error, times};
use crate::config::Source;

/// List series, set a retention policy, or delete a series
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Series {
    /// What to do, instead of a list.
    #[command(subcommand)]
    verb: Option<Verb>,
    /// Only symbols with this prefix
    #[arg(long, env = "ATRAD_PREFIX", default_value = "", hide_default_value = true)]
    prefix: String,
    /// The output format
    #[arg(long, env = "ATRAD_FORMAT", value_enum, default_value = "table")]
    format: Format,
    /// Where the bars are.
    #[command(flatten)]
    source: Source,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Set the retention policy of a series; older bars are removed permanently, now and as new bars arrive
    #[command(group(ArgGroup::new("bounds").required(true).multiple(true).args(["rows", "days"])))]
    Retain {
        /// The symbol of the series
        symbol: String,
        /// The timeframe of the series
        timeframe: String,
        /// The maximum number of bars; 0 means no limit
        #[arg(long, env = "ATRAD_ROWS", default_value_t = 0, hide_default_value = true)]
        rows: u64,
        /// The maximum age in days before the newest bar; 0 means no limit
        #[arg(long, env = "ATRAD_DAYS", default_value_t = 0, hide_default_value = true, value_parser = value_parser!(u64).range(0..=1_000_000))]
        days: u64,
        /// Where the bars are.
        #[command(flatten)]
        source: Source,
    },
    /// Permanently give up the bars of a series that cannot be read
    AcceptLoss {
        /// The symbol of the series
        symbol: String,
        /// The timeframe of the series
        timeframe: String,
        /// Where the bars are.
        #[command(flatten)]
        source: Source,
    },
    /// Permanently delete a series and all its bars
    Delete {
        /// The symbol of the series
        symbol: String,
        /// The timeframe of the series
        timeframe: String,
        /// Where the bars are.
        #[command(flatten)]
        source: Source,
    },
}

/// Runs the verb.
pub(crate) async fn run(series: Series) -> Result<(), Error> {
    match series.verb {
        Some(Verb::Retain { symbol, timeframe, rows, days, source }) => {
            let retention = Retention { rows_max: rows, age_max_ms: days * 86_400_000 };
            retain(&symbol, &timeframe, retention, source).await
        }
        Some(Verb::AcceptLoss { symbol, timeframe, source }) => accept_loss(&symbol, &timeframe, source).await,
        Some(Verb::Delete { symbol, timeframe, source }) => delete(&symbol, &timeframe, source).await,
        None => {
            let connection = Connection::open(series.source).await?;
            let list = all(&connection, &series.prefix).await?;
            connection.close().await;
            show(&list, series.format)
        }
    }
}

/// Every series, page by page.
pub(crate) async fn all(connection: &Connection, prefix: &str) -> Result<Vec<SeriesInfo>, Error> {
    list(connection.series(), prefix).await
}

/// As `all`, by a client.
pub(crate) async fn list(mut client: SeriesServiceClient<Way>, prefix: &str) -> Result<Vec<SeriesInfo>, Error> {
    let mut list = Vec::new();
    let mut request = ListSeriesRequest { symbol_prefix: prefix.into(), ..ListSeriesRequest::default() };
    loop {
        let page = client.list_series(request.clone()).await?.into_inner();
        list.extend(page.series);
        if page.next_page_token.is_empty() {
            return Ok(list);
        }
        request.page_token = page.next_page_token;
    }
}

async fn retain(symbol: &str, timeframe: &str, retention: Retention, source: Source) -> Result<(), Error> {
    let request = SetRetentionRequest { series: Some(id(symbol, timeframe)?), retention: Some(retention) };
    let connection = Connection::open(source).await?;
    let set = connection.series().set_retention(request).await;
    connection.close().await;
    let SeriesInfo { rows, first_time, .. } = set?.into_inner().series.unwrap_or_default();
    let first = first_time.map(times::write).unwrap_or_default();
    writeln!(io::stdout(), "retained {symbol} {timeframe}: {rows} bars from {first}")?;
    Ok(())
}

async fn accept_loss(symbol: &str, timeframe: &str, source: Source) -> Result<(), Error> {
    let request = AcceptLossRequest { series: Some(id(symbol, timeframe)?) };
    let connection = Connection::open(source).await?;
    let accepted = connection.series().accept_loss(request).await;
    connection.close().await;
    let SeriesInfo { rows, epoch, .. } = accepted?.into_inner().series.unwrap_or_default();
    writeln!(io::stdout(), "{symbol} {timeframe} continues with {rows} bars at epoch {epoch}")?;
    Ok(())
}

async fn delete(symbol: &str, timeframe: &str, source: Source) -> Result<(), Error> {
    let id = id(symbol, timeframe)?;
    let connection = Connection::open(source).await?;
    let deleted = connection.series().delete_series(DeleteSeriesRequest { series: Some(id) }).await;
    connection.close().await;
    writeln!(io::stdout(), "deleted {symbol} {timeframe}: {} bars", deleted?.into_inner().rows)?;
    Ok(())
}

fn show(list: &[SeriesInfo], format: Format) -> Result<(), Error> {
    if format != Format::Json {
        return records(list).write(format, output::open(None)?);
    }
    let object = |info: &SeriesInfo| {
        let id = info.id.clone().unwrap_or_default();
        json!({
            "symbol": id.symbol,
            "timeframe": id.timeframe,
            "rows": info.rows,
            "first_time": info.first_time.map(times::write),
            "last_time": info.last_time.map(times::write),
            "epoch": info.epoch,
            "segment_count": info.segment_count,
            "tail_rows": info.tail_rows,
            "file_bytes": info.file_bytes,
            "extra": info.extra,
            "missing": info.missing.iter().map(|missing| json!({
                "file": missing.file,
                "first_time": times::write(missing.first_time),
                "last_time": times::write(missing.last_time),
                "rows": missing.rows,
            })).collect::<Vec<_>>(),
            "rows_max": info.retention.map(|retention| retention.rows_max),
            "age_max_ms": info.retention.map(|retention| retention.age_max_ms),
        })
    };
    output::write_json(&list.iter().map(object).collect::<Vec<_>>())
}

fn records(list: &[SeriesInfo]) -> Records {
    let id = |info: &SeriesInfo| info.id.clone().unwrap_or_default();
    Records::default()
        .texts("symbol", list.iter().map(|info| id(info).symbol))
        .texts("timeframe", list.iter().map(|info| id(info).timeframe))
        .counts("bars", list.iter().map(|info| Some(info.rows)))
        .times("first", list.iter().map(|info| info.first_time))
        .times("last", list.iter().map(|info| info.last_time))
        .counts("epoch", list.iter().map(|info| Some(info.epoch)))
        .counts("files", list.iter().map(|info| Some(info.segment_count.into())))
        .counts("bytes", list.iter().map(|info| Some(info.file_bytes)))
}

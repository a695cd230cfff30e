//! `atrad results`: saved results.

use std::io::{self, Write};
use std::path::PathBuf;

use atrad::rpc::proto::{
    DeleteSavedResultRequest, ExpireSavedResultRequest, ListSavedResultsRequest, ReadSavedResultRequest, SavedResult,
};
use clap::{Args, Subcommand, value_parser};
use serde_json::json;

use super::compute::Shape;
use crate::cli::connection::Connection;
use crate::cli::output::{self, ChartFormat, Format, Records};
use crate::cli::table::Table;
use crate::cli::{Error, times};
use crate::config::Source;

/// List, read, expire or delete saved results
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Results {
    /// What to do, instead of a list.
    #[command(subcommand)]
    verb: Option<Verb>,
    /// What to list.
    #[command(flatten)]
    list: List,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List saved results
    List(List),
    /// Read a saved result
    Read {
        /// The key that `atrad compute --persist` printed
        key: String,
        /// The output format
        #[arg(long, env = "ATRAD_FORMAT", value_enum, default_value = "table")]
        format: ChartFormat,
        /// The output file, instead of standard output
        #[arg(long, env = "ATRAD_OUTPUT", value_name = "FILE")]
        output: Option<PathBuf>,
        /// Where the saved results are.
        #[command(flatten)]
        source: Source,
    },
    /// Set the TTL of a saved result
    Expire {
        /// The key
        key: String,
        /// The TTL from now on, in seconds [default: it never expires]
        #[arg(long, env = "ATRAD_TTL_S", value_parser = value_parser!(u64).range(1..=1 << 40))]
        ttl_s: Option<u64>,
        /// Where the saved results are.
        #[command(flatten)]
        source: Source,
    },
    /// Permanently delete a saved result
    Delete {
        /// The key
        key: String,
        /// Where the saved results are.
        #[command(flatten)]
        source: Source,
    },
}

/// Which saved results to list, and how.
#[derive(Debug, Args)]
struct List {
    /// Only keys with this prefix, as in BTCUSDT/
    #[arg(long, env = "ATRAD_PREFIX", default_value = "", hide_default_value = true)]
    prefix: String,
    /// The output format
    #[arg(long, env = "ATRAD_FORMAT", value_enum, default_value = "table")]
    format: Format,
    /// Where the saved results are.
    #[command(flatten)]
    source: Source,
}

/// Runs the verb.
pub(crate) async fn run(results: Results) -> Result<(), Error> {
    match results.verb.unwrap_or(Verb::List(results.list)) {
        Verb::List(List { prefix, format, source }) => {
            let connection = Connection::open(source).await?;
            let list = all(&connection, prefix).await;
            connection.close().await;
            show(&list?, format)
        }
        Verb::Read { key, format, output, source } => {
            let connection = Connection::open(source).await?;
            let done = read(&connection, key, format, output).await;
            connection.close().await;
            done
        }
        Verb::Expire { key, ttl_s, source } => {
            let connection = Connection::open(source).await?;
            let request = ExpireSavedResultRequest { key: key.clone(), ttl_ms: 1000 * ttl_s.unwrap_or(0) };
            let expired = connection.saved_results().expire_saved_result(request).await;
            connection.close().await;
            expired?;
            let when = ttl_s.map_or("never expires".into(), |ttl_s| format!("expires in {ttl_s} s"));
            Ok(writeln!(io::stdout(), "{key} {when}")?)
        }
        Verb::Delete { key, source } => {
            let connection = Connection::open(source).await?;
            let request = DeleteSavedResultRequest { key: key.clone() };
            let deleted = connection.saved_results().delete_saved_result(request).await;
            connection.close().await;
            deleted?;
            Ok(writeln!(io::stdout(), "deleted {key}")?)
        }
    }
}

/// Every saved result, page by page.
async fn all(connection: &Connection, key_prefix: String) -> Result<Vec<SavedResult>, Error> {
    let mut list = Vec::new();
    let mut request = ListSavedResultsRequest { key_prefix, ..ListSavedResultsRequest::default() };
    loop {
        let page = connection.saved_results().list_saved_results(request.clone()).await?.into_inner();
        list.extend(page.saved_results);
        if page.next_page_token.is_empty() {
            return Ok(list);
        }
        request.page_token = page.next_page_token;
    }
}

async fn read(connection: &Connection, key: String, format: ChartFormat, output: Option<PathBuf>) -> Result<(), Error> {
    let mut chunks =
        connection.saved_results().read_saved_result(ReadSavedResultRequest { key: key.clone() }).await?.into_inner();
    let mut shape = None;
    while let Some(response) = chunks.message().await? {
        let chunk = response.chunk.unwrap_or_default();
        let shape = match &mut shape {
            Some(shape) => shape,
            none => none.insert(Shape::begin(format, &key, &chunk, output::open(output.as_deref())?)?),
        };
        shape.add(&chunk)?;
    }
    shape.map_or(Ok(()), Shape::end)
}

fn show(list: &[SavedResult], format: Format) -> Result<(), Error> {
    let mut output = output::open(None)?;
    match format {
        Format::Table => {
            let mut table = Table::new(["key", "expressions", "bars", "bytes", "saved", "expires"]);
            for result in list {
                let SavedResult { key, labels, rows, bytes, create_time, expire_time, .. } = result;
                let expires = expire_time.map(times::write).unwrap_or_default();
                let (rows, bytes, saved) = (rows.to_string(), bytes.to_string(), times::write(*create_time));
                table.row([key.clone(), labels.join(", "), rows, bytes, saved, expires]);
            }
            table.write(&mut output)?;
        }
        Format::Json => {
            let object = |result: &SavedResult| {
                let series = result.series.clone().unwrap_or_default();
                json!({
                    "key": result.key,
                    "symbol": series.symbol,
                    "timeframe": series.timeframe,
                    "resampled_from": result.resampled_from,
                    "epoch": result.epoch,
                    "labels": result.labels,
                    "expressions": result.expressions,
                    "rows": result.rows,
                    "bytes": result.bytes,
                    "create_time": times::write(result.create_time),
                    "expire_time": result.expire_time.map(times::write),
                })
            };
            return output::write_json(&list.iter().map(object).collect::<Vec<_>>());
        }
        Format::Csv | Format::Arrow | Format::Parquet => return records(list).write(format, output),
    }
    Ok(output.flush()?)
}

fn records(list: &[SavedResult]) -> Records {
    let series = |result: &SavedResult| result.series.clone().unwrap_or_default();
    Records::default()
        .texts("key", list.iter().map(|result| result.key.clone()))
        .texts("symbol", list.iter().map(|result| series(result).symbol))
        .texts("timeframe", list.iter().map(|result| series(result).timeframe))
        .texts("expressions", list.iter().map(|result| result.labels.join(", ")))
        .counts("bars", list.iter().map(|result| Some(result.rows)))
        .counts("bytes", list.iter().map(|result| Some(result.bytes)))
        .times("saved", list.iter().map(|result| Some(result.create_time)))
        .times("expires", list.iter().map(|result| result.expire_time))
}

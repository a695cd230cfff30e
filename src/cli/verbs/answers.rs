//! `atrad answers`: the answers that are kept.

use std::io::{self, Write};
use std::path::PathBuf;

use atrad::rpc::proto::{AnswerInfo, DeleteAnswerRequest, ListAnswersRequest, ReadAnswerRequest};
use clap::{Args, Subcommand};
use serde_json::json;

use super::compute::Shape;
use crate::cli::connection::Connection;
use crate::cli::output::{self, Format, ListFormat};
use crate::cli::table::Table;
use crate::cli::{Error, times};
use crate::config::Source;

/// List answers that are kept, read one, or delete one
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Answers {
    /// What to do, instead of a list.
    #[command(subcommand)]
    verb: Option<Verb>,
    /// What to list.
    #[command(flatten)]
    list: List,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List answers that are kept
    List(List),
    /// Read an answer
    Read {
        /// The key, as `atrad compute --persist` tells it
        key: String,
        /// The shape of the result
        #[arg(long, env = "ATRAD_FORMAT", value_enum, default_value = "table")]
        format: Format,
        /// The file to write to, instead of standard output
        #[arg(long, env = "ATRAD_OUTPUT", value_name = "FILE")]
        output: Option<PathBuf>,
        /// Where the answers are.
        #[command(flatten)]
        source: Source,
    },
    /// Delete an answer, for good
    Delete {
        /// The key
        key: String,
        /// Where the answers are.
        #[command(flatten)]
        source: Source,
    },
}

/// Which answers to list, and how.
#[derive(Debug, Args)]
struct List {
    /// Only keys that start with this text, as in BTCUSDT/
    #[arg(long, env = "ATRAD_PREFIX", default_value = "", hide_default_value = true)]
    prefix: String,
    /// The shape of the list
    #[arg(long, env = "ATRAD_FORMAT", value_enum, default_value = "table")]
    format: ListFormat,
    /// Where the answers are.
    #[command(flatten)]
    source: Source,
}

/// Runs the verb.
pub(crate) async fn run(answers: Answers) -> Result<(), Error> {
    match answers.verb.unwrap_or(Verb::List(answers.list)) {
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
        Verb::Delete { key, source } => {
            let connection = Connection::open(source).await?;
            let deleted = connection.answers().delete_answer(DeleteAnswerRequest { key: key.clone() }).await;
            connection.close().await;
            deleted?;
            Ok(writeln!(io::stdout(), "deleted {key}")?)
        }
    }
}

/// Every answer, page by page.
async fn all(connection: &Connection, key_prefix: String) -> Result<Vec<AnswerInfo>, Error> {
    let mut list = Vec::new();
    let mut request = ListAnswersRequest { key_prefix, ..ListAnswersRequest::default() };
    loop {
        let page = connection.answers().list_answers(request.clone()).await?.into_inner();
        list.extend(page.answers);
        if page.next_page_token.is_empty() {
            return Ok(list);
        }
        request.page_token = page.next_page_token;
    }
}

async fn read(connection: &Connection, key: String, format: Format, output: Option<PathBuf>) -> Result<(), Error> {
    let mut chunks = connection.answers().read_answer(ReadAnswerRequest { key }).await?.into_inner();
    let mut shape = None;
    while let Some(response) = chunks.message().await? {
        let chunk = response.chunk.unwrap_or_default();
        let shape = match &mut shape {
            Some(shape) => shape,
            none => none.insert(Shape::begin(format, &chunk, output::open(output.as_deref())?)?),
        };
        shape.add(&chunk)?;
    }
    shape.map_or(Ok(()), Shape::end)
}

fn show(list: &[AnswerInfo], format: ListFormat) -> Result<(), Error> {
    let mut output = output::open(None)?;
    match format {
        ListFormat::Table => {
            let mut table = Table::new(["key", "expressions", "bars", "bytes", "kept", "until"]);
            for info in list {
                let AnswerInfo { key, labels, rows, bytes, created_time, expires_time, .. } = info;
                let until = expires_time.map(times::write).unwrap_or_default();
                let (rows, bytes, kept) = (rows.to_string(), bytes.to_string(), times::write(*created_time));
                table.row([key.clone(), labels.join(", "), rows, bytes, kept, until]);
            }
            table.write(&mut output)?;
        }
        ListFormat::Json => {
            let object = |info: &AnswerInfo| {
                let series = info.series.clone().unwrap_or_default();
                json!({
                    "key": info.key,
                    "symbol": series.symbol,
                    "timeframe": series.timeframe,
                    "derived_from": info.derived_from,
                    "epoch": info.epoch,
                    "labels": info.labels,
                    "expressions": info.expressions,
                    "rows": info.rows,
                    "bytes": info.bytes,
                    "created_time": times::write(info.created_time),
                    "expires_time": info.expires_time.map(times::write),
                })
            };
            serde_json::to_writer_pretty(&mut output, &list.iter().map(object).collect::<Vec<_>>())?;
            writeln!(output)?;
        }
    }
    Ok(output.flush()?)
}

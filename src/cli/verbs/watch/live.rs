//! Rows of a watch on standard output, as their bars come.

use std::collections::HashMap;
use std::io::{self, BufWriter, Stdout, Write};
use std::iter;
use std::time::Duration;

use atrad::rpc::proto::watch_response::Event;
use atrad::rpc::proto::{WatchRequest, WatchResponse, WatchRows};
use bytes::Bytes;
use clap::ValueEnum;
use serde_json::json;
use tonic::Code;

use crate::cli::connection::Connection;
use crate::cli::output::number;
use crate::cli::{Error, signals, times};
use crate::config::Source;

/// How often a lost connection is tried again, with twice the pause each time.
const RETRIES: u32 = 8;

/// The pause before the first retry.
const PAUSE: Duration = Duration::from_millis(200);

/// The width of the columns of a table, at least.
const WIDTH: usize = 12;

/// The width of the times of a table.
const TIME_WIDTH: usize = 20;

/// The mark of a line without values: the rows before it that open at its time or later are void.
const VOID: &str = "void";

/// The format of rows that come one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LineFormat {
    /// For people.
    Table,
    /// A header, then one line per row; empty means no value.
    Csv,
    /// One object per line; null means no value.
    Json,
}

/// Writes the rows of a watch until it is interrupted.
pub(crate) async fn run(source: Source, request: WatchRequest, format: LineFormat) -> Result<(), Error> {
    let mut lines = Lines { format, pattern: !request.symbol_glob.is_empty(), output: None, row: Vec::new() };
    let interrupted = signals::termination()?;
    tokio::select! {
        watched = follow(source, request, &mut lines) => watched,
        () = interrupted => Ok(()),
    }
}

/// Follows a watch, again where it was after a lost connection.
async fn follow(source: Source, mut request: WatchRequest, lines: &mut Lines) -> Result<(), Error> {
    let (mut tokens, mut failures) = (HashMap::<_, Bytes>::new(), 0);
    loop {
        let before = tokens.len();
        let error = match listen(&source, &request, lines, &mut tokens, &mut failures).await {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        let is_lost = match &error {
            Error::Rpc(status) => matches!(status.code(), Code::Unavailable | Code::Unknown | Code::Cancelled),
            Error::Unreachable { .. } => before > 0 || failures > 0,
            _ => false,
        };
        if !is_lost || failures == RETRIES || source.server.is_none() {
            return Err(error);
        }
        eprintln!("{error}; trying again");
        tokio::time::sleep(PAUSE * (1 << failures)).await;
        failures += 1;
        request.resume_tokens = tokens.values().cloned().collect();
    }
}

async fn listen(
    source: &Source,
    request: &WatchRequest,
    lines: &mut Lines,
    tokens: &mut HashMap<(String, String), Bytes>,
    failures: &mut u32,
) -> Result<(), Error> {
    let connection = Connection::open(source.clone()).await?;
    let mut responses = connection.indicators().watch(request.clone()).await?.into_inner();
    while let Some(response) = responses.message().await? {
        *failures = 0;
        let series = response.series.clone().unwrap_or_default();
        if !response.resume_token.is_empty() {
            tokens.insert((series.symbol, series.timeframe), response.resume_token.clone());
        }
        lines.add(&response)?;
    }
    connection.close().await;
    Ok(())
}

/// The rows on standard output.
struct Lines {
    format: LineFormat,
    /// Whether several symbols may come.
    pattern: bool,
    /// The output, once the header is written, with the labels of the columns.
    output: Option<(BufWriter<Stdout>, Vec<String>)>,
    row: Vec<String>,
}

impl Lines {
    /// Writes the rows of a response.
    fn add(&mut self, response: &WatchResponse) -> Result<(), Error> {
        let symbol = response.series.as_ref().map(|series| series.symbol.clone()).unwrap_or_default();
        match &response.event {
            Some(Event::Rows(rows)) => self.rows(&symbol, rows),
            Some(Event::Failure(failure)) => {
                eprintln!("{symbol}: {}", failure.message);
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn rows(&mut self, symbol: &str, rows: &WatchRows) -> Result<(), Error> {
        let values = rows.values.clone().unwrap_or_default();
        if rows.skipped > 0 {
            eprintln!("{symbol}: {} rows skipped", rows.skipped);
        }
        let mark = match rows.revised_from {
            _ if rows.provisional => "forming",
            Some(_) => "revised",
            None => "",
        };
        if self.output.is_none() {
            let labels: Vec<_> = values.columns.iter().map(|column| column.label.clone()).collect();
            let mut output = BufWriter::new(io::stdout());
            let header = ["time"].into_iter().chain(labels.iter().map(|label| &**label)).chain(["mark"]);
            let header = self.pattern.then_some("symbol").into_iter().chain(header).map(str::to_owned).collect();
            write_header(self.format, self.pattern, header, &mut output)?;
            self.output = Some((output, labels));
        }
        // Also if no row is left of a correction.
        if let Some(from) = rows.revised_from {
            self.row(symbol, from, iter::repeat(f64::NAN), VOID)?;
        }
        let columns: Vec<Vec<f64>> = values.columns.iter().map(|column| column.values.values()).collect();
        for (at, time) in values.times.values().into_iter().enumerate() {
            self.row(symbol, time, columns.iter().map(|column| column[at]), mark)?;
        }
        self.output.as_mut().map_or(Ok(()), |(output, _)| Ok(output.flush()?))
    }

    fn row(&mut self, symbol: &str, time: i64, values: impl Iterator<Item = f64>, mark: &str) -> Result<(), Error> {
        let Some((output, labels)) = &mut self.output else { return Ok(()) };
        if self.format == LineFormat::Json {
            return write_object(symbol, time, labels.iter().zip(values), mark, output);
        }
        self.row.clear();
        self.row.extend(self.pattern.then(|| symbol.to_owned()));
        self.row.push(times::write(time));
        self.row.extend(labels.iter().zip(values).map(|(_, value)| number(value)));
        self.row.push(mark.into());
        write_line(self.format, self.pattern, &self.row, labels, output)
    }
}

fn write_header(format: LineFormat, pattern: bool, header: Vec<String>, output: &mut impl Write) -> Result<(), Error> {
    if format == LineFormat::Json {
        return Ok(());
    }
    let labels: Vec<_> = header[1 + usize::from(pattern)..header.len() - 1].to_vec();
    write_line(format, pattern, &header, &labels, output)
}

/// Writes a line of cells: perhaps the symbol, the time, a value per label, and the mark.
fn write_line(
    format: LineFormat,
    pattern: bool,
    cells: &[String],
    labels: &[String],
    output: &mut impl Write,
) -> Result<(), Error> {
    if format == LineFormat::Csv {
        let mut writer = csv::Writer::from_writer(output);
        writer.write_record(cells)?;
        return Ok(writer.flush()?);
    }
    let (front, rest) = cells.split_at(usize::from(pattern) + 1);
    let mut line: Vec<_> = front.iter().rev().skip(1).map(|symbol| format!("{symbol:<WIDTH$}")).collect();
    line.extend(front.last().map(|time| format!("{time:<TIME_WIDTH$}")));
    let (values, mark) = rest.split_at(labels.len());
    line.extend(values.iter().zip(labels).map(|(value, label)| {
        let width = label.chars().count().max(WIDTH);
        // What a person reads; the other formats have every digit.
        let value = value.parse().map_or_else(|_| value.clone(), |value: f64| format!("{value:.6}"));
        format!("{value:>width$}")
    }));
    line.extend(mark.iter().cloned());
    Ok(writeln!(output, "{}", line.join("  ").trim_end())?)
}

fn write_object<'a>(
    symbol: &str,
    time: i64,
    values: impl Iterator<Item = (&'a String, f64)>,
    mark: &str,
    output: &mut impl Write,
) -> Result<(), Error> {
    write!(output, "{{\"symbol\":{},\"time\":\"{}\"", json!(symbol), times::write(time))?;
    for (label, value) in values {
        write!(output, ",{}:{}", json!(label), json!(value))?;
    }
    Ok(writeln!(output, ",\"mark\":{}}}", json!(mark))?)
}

#[cfg(test)]
mod tests {
    use atrad::rpc::wire::{Column, ComputeResponse, Packed};

    use super::*;

    #[test]
    fn lines_are_as_wide_as_their_labels() {
        let cells = |time: &str, value: &str, mark: &str| [time, value, mark].map(str::to_owned).to_vec();
        let (labels, mut text) = (vec!["rsi(14) < 30 and more".to_owned()], Vec::new());
        write_header(LineFormat::Table, false, cells("time", &labels[0], "mark"), &mut text).expect("written");
        let row = cells("2021-06-17T08:30:00Z", "0.123456789", "forming");
        write_line(LineFormat::Table, false, &row, &labels, &mut text).expect("written");
        assert_eq!(
            String::from_utf8(text).expect("text"),
            "time                  rsi(14) < 30 and more  mark\n2021-06-17T08:30:00Z               0.123457  forming\n"
        );
    }

    #[test]
    fn objects_have_null_where_there_is_no_value() {
        let values = ComputeResponse {
            times: Packed::of(&[0_i64]),
            columns: vec![Column::new("a \"b\"".into(), Packed::of(&[f64::NAN]))],
            ..ComputeResponse::default()
        };
        let (label, mut text) = (&values.columns[0].label, Vec::new());
        let value = values.columns[0].values.values::<f64>()[0];
        write_object("S", 0, [(label, value)].into_iter(), "", &mut text).expect("written");
        assert_eq!(
            String::from_utf8(text).expect("text"),
            "{\"symbol\":\"S\",\"time\":\"1970-01-01T00:00:00Z\",\"a \\\"b\\\"\":null,\"mark\":\"\"}\n"
        );
    }
}

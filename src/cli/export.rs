//! `atrad export`: the bars of a series as CSV, whose import gives the same bars.

use std::path::PathBuf;

use atrad::rpc::proto::{Range, ReadBarsRequest};
use atrad::series::Columns;
use clap::Args;

use super::connect::{Connection, id};
use super::framing::Framing;
use super::output::{self, number};
use super::{Error, times};
use crate::config::Source;

/// Write the bars of a series as CSV
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The symbol of the series, as in BTCUSDT
    symbol: String,
    /// The timeframe of the series, as in 15m
    timeframe: String,
    /// Only bars that open at this time or later, as in 2021-06-17T08:30:00Z or 2021-06-17
    #[arg(long, env = "ATRAD_FROM", value_parser = times::argument, allow_negative_numbers = true)]
    from: Option<i64>,
    /// Only bars that open before this time
    #[arg(long, env = "ATRAD_TO", value_parser = times::argument, allow_negative_numbers = true)]
    to: Option<i64>,
    /// How the bars are made.
    #[command(flatten)]
    framing: Framing,
    /// The file to write to, instead of standard output
    #[arg(long, env = "ATRAD_OUTPUT", value_name = "FILE")]
    output: Option<PathBuf>,
    /// Where the bars are.
    #[command(flatten)]
    source: Source,
}

/// Runs the verb.
pub(crate) async fn run(export: Export) -> Result<(), Error> {
    let Export { symbol, timeframe, from, to, framing, output, source } = export;
    let (id, range) = (Some(id(&symbol, &timeframe)?), Some(Range { from, to, last: None }));
    let request = ReadBarsRequest { id, range, framing: framing.asked() };
    let connection = Connection::open(source).await?;
    let mut chunks = connection.series().read_bars(request).await?.into_inner();
    let mut writer = csv::Writer::from_writer(output::open(output.as_deref())?);
    writer.write_record(["time", "open", "high", "low", "close", "volume"])?;
    while let Some(chunk) = chunks.message().await? {
        write(&mut writer, &chunk.bars.unwrap_or_default().into())?;
    }
    writer.flush()?;
    connection.close().await;
    Ok(())
}

fn write<W: std::io::Write>(writer: &mut csv::Writer<W>, bars: &Columns) -> Result<(), Error> {
    let Columns { times, open, high, low, close, volume } = bars;
    for (row, &time) in times.iter().enumerate() {
        let values = [open, high, low, close, volume].map(|column| number(column[row]));
        writer.write_record(std::iter::once(times::write(time)).chain(values))?;
    }
    Ok(())
}

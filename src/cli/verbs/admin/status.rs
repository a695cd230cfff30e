//! `atrad status`: health, series and cache counters of a server or a data folder.

use std::io::Write;

use atrad::rpc::proto::GetStatsRequest;
use clap::Args;

use crate::cli::connection::Connection;
use crate::cli::table::Table;
use crate::cli::verbs::series;
use crate::cli::{Error, output};
use crate::config::Source;

/// Show health, series and cache counters
#[derive(Debug, Args)]
pub(crate) struct Status {
    /// The server or the data folder.
    #[command(flatten)]
    source: Source,
}

/// Runs the verb.
pub(crate) async fn run(Status { source }: Status) -> Result<(), Error> {
    let kind = if source.server.is_some() { "server" } else { "data folder" };
    let connection = Connection::open(source).await?;
    let serving = connection.serving().await?;
    let list = series::all(&connection, "").await?;
    let tiers = connection.cache().get_stats(GetStatsRequest {}).await?.into_inner().tiers;
    let mut output = output::open(None)?;
    let (rows, bytes) = list.iter().fold((0, 0), |sum, info| (sum.0 + info.rows, sum.1 + info.file_bytes));
    writeln!(output, "{kind} {}: {serving}", connection.place)?;
    writeln!(output, "{} series, {rows} bars, {bytes} bytes of price files\n", list.len())?;
    for info in list.iter().filter(|info| !info.missing.is_empty()) {
        let id = info.id.clone().unwrap_or_default();
        let rows: u64 = info.missing.iter().map(|missing| missing.rows).sum();
        let files: Vec<_> = info.missing.iter().map(|missing| &*missing.file).collect();
        writeln!(output, "MISSING: {rows} bars of {} {} in {}", id.symbol, id.timeframe, files.join(", "))?;
    }
    for tier in tiers.iter().filter(|tier| !tier.available) {
        writeln!(output, "AWAY: {} does not answer and is skipped", tier.name)?;
    }
    let mut table = Table::new(["cache tier", "hits", "misses", "errors", "entries", "bytes"]);
    for tier in tiers {
        let counts = [tier.hits, tier.misses, tier.errors, tier.entries, tier.bytes].map(|count| count.to_string());
        table.row(std::iter::once(tier.name).chain(counts));
    }
    table.write(&mut output)?;
    output.flush()?;
    connection.close().await;
    Ok(())
}

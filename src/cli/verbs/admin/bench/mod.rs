//! `atrad bench`: load on a running server, and what it made of it.
//!
//! With a rate the loop is open: calls start when they are due, whether or not earlier ones have ended, and the latency
//! counts from then. A closed loop waits for the slow calls and so measures few of them (coordinated omission; Tene 2013).

mod calls;
mod mix;
mod report;
mod run;

use std::io::Write;
use std::time::Duration;

use clap::Args;

use self::mix::Mix;
use self::report::Report;
use self::run::Load;
use crate::cli::Error;
use crate::cli::connection::Connection;
use crate::cli::output::{self, ListFormat};
use crate::config::Source;

/// Load a running server with calls and measure their latency
///
/// As in: atrad bench --server localhost:50051 --rate 5000 --call 'compute BTCUSDT 15m last=1 rsi(14)' --call '0.1* read BTCUSDT 15m last=1000'
///
/// With --rate, latency counts from the time at which a call was due. Without, each of --in-flight callers makes one call
/// after the other.
#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// A call, as in '2* compute BTCUSDT 15m last=1 rsi(14); ema(20)': weight, compute, stream, read or ingest, series,
    /// last=N newest bars (all if absent; of ingest the number of bars a call), expressions. Several are separated by |
    #[arg(long = "call", env = "ATRAD_CALL", value_name = "CALL", value_delimiter = '|')]
    #[arg(default_value = "compute BTCUSDT 15m last=1 rsi(14)")]
    calls: Vec<mix::Call>,
    /// Calls per second [default: as many as --in-flight callers make]
    #[arg(long, env = "ATRAD_RATE", value_parser = positive)]
    rate: Option<f64>,
    /// The measured time, in seconds
    #[arg(long, env = "ATRAD_DURATION_S", default_value_t = 10.0, value_parser = positive)]
    duration_s: f64,
    /// The time before, in seconds, in which calls are made and not measured
    #[arg(long, env = "ATRAD_WARM_UP_S", default_value_t = 1.0, value_parser = not_negative)]
    warm_up_s: f64,
    /// The connections; calls take them in turn
    #[arg(long, env = "ATRAD_CONNECTIONS", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=1024))]
    connections: u16,
    /// The callers without a rate; with one, the most calls in flight: those due beyond it are counted as not made
    #[arg(long, env = "ATRAD_IN_FLIGHT", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    in_flight: Option<u32>,
    /// The deadline of each call, in milliseconds
    #[arg(long, env = "ATRAD_DEADLINE_MS", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..=3_600_000))]
    deadline_ms: u64,
    /// The output format
    #[arg(long, env = "ATRAD_FORMAT", value_enum, default_value = "table")]
    format: ListFormat,
    /// The server.
    #[command(flatten)]
    source: Source,
}

/// The callers of a closed loop.
const CALLERS: u32 = 64;

/// The most calls in flight of an open loop.
const IN_FLIGHT_MAX: u32 = 10_000;

fn not_negative(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().map_err(|error| error.to_string())?;
    if (0.0..=1e6).contains(&number) { Ok(number) } else { Err("must be between 0 and 1000000".into()) }
}

fn positive(text: &str) -> Result<f64, String> {
    not_negative(text).and_then(|number| if number > 0.0 { Ok(number) } else { Err("must be more than 0".into()) })
}

/// Runs the verb.
pub(crate) async fn run(bench: Bench) -> Result<(), Error> {
    let Bench { calls, rate, duration_s, warm_up_s, connections, in_flight, deadline_ms, format, source } = bench;
    if source.server.is_none() {
        return Err(Error::NoServer);
    }
    let mut ways = Vec::with_capacity(connections.into());
    for _ in 0..connections {
        ways.push(Connection::open(source.clone()).await?);
    }
    let load = Load {
        mix: Mix::new(calls),
        connections: ways,
        rate,
        in_flight: in_flight.unwrap_or(if rate.is_some() { IN_FLIGHT_MAX } else { CALLERS }),
        warm_up: Duration::from_secs_f64(warm_up_s),
        duration: Duration::from_secs_f64(duration_s),
        deadline: Duration::from_millis(deadline_ms),
    };
    let report: Report = run::run(load).await;
    let mut output = output::open(None)?;
    report.write(format, &mut output)?;
    output.flush()?;
    Ok(())
}

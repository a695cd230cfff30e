//! Logs on standard error, as text or JSON.

use std::io;

use opentelemetry_sdk::trace::Tracer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Registry, fmt};

use super::Error;
use crate::config::{LogFormat, Logs};

/// Starts logs only, for short-lived commands.
pub(crate) fn log(logs: &Logs) -> Result<(), Error> {
    start(logs, None)
}

/// Starts logs, and traces if an exporter is configured.
pub(super) fn start(logs: &Logs, tracer: Option<Tracer>) -> Result<(), Error> {
    let filter = logs.log.parse::<Targets>().map_err(|error| Error::Filter { given: logs.log.clone(), error })?;
    let lines = fmt::layer().with_writer(io::stderr);
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match logs.log_format {
        LogFormat::Text => Box::new(lines.with_ansi(io::IsTerminal::is_terminal(&io::stderr())).with_filter(filter)),
        LogFormat::Json => Box::new(lines.json().flatten_event(true).with_filter(filter)),
    };
    let traces = tracer.map(|tracer| tracing_opentelemetry::layer().with_tracer(tracer).with_filter(own_spans()));
    // An existing subscriber belongs to a test in this process.
    let _ = tracing_subscriber::registry().with(lines).with(traces).try_init();
    Ok(())
}

/// Traces contain atrad's own spans at any log level, and none of the exporter's transport.
fn own_spans() -> Targets {
    Targets::new().with_target("atrad", tracing::Level::INFO)
}

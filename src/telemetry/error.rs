//! Errors of setting up telemetry.

use opentelemetry_otlp::ExporterBuildError;
use opentelemetry_sdk::error::OTelSdkError;
use tracing_subscriber::filter::ParseError;

/// Why telemetry cannot be set up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The log filter is invalid.
    #[error("log must be a level or a filter as in info,atrad=debug, got {given:?}: {error}")]
    Filter {
        /// The filter.
        given: String,
        /// What is wrong with it.
        error: ParseError,
    },
    /// The `OTEL_*` variables are invalid.
    #[error("cannot export by OTLP (OTEL_* variables): {0}")]
    Exporter(#[source] ExporterBuildError),
    /// The metrics cannot be read.
    #[error("cannot record Prometheus metrics: {0}")]
    Reader(#[source] OTelSdkError),
}

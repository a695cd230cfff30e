//! Logs, traces and metrics of a running server. Lower floors are independent of the exporters.
//!
//! The standard `OTEL_*` variables enable export of traces and metrics over OTLP. The same instruments also serve
//! metrics as Prometheus text.

mod calls;
mod error;
mod logs;
mod metrics;
mod page;

use std::sync::Arc;

use atrad::app::App;
use atrad::rpc::Tls;
use opentelemetry::Key;
use opentelemetry::metrics::MeterProvider;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{MetricExporter, SpanExporter};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use prometheus::Registry;
use tokio::net::TcpListener;

pub(crate) use calls::Calls;
pub(crate) use error::Error;
pub(crate) use logs::log;

use crate::config::{Logs, otel_asks_for};

/// The telemetry of a server.
pub(crate) struct Telemetry {
    registry: Registry,
    meters: SdkMeterProvider,
    tracers: Option<SdkTracerProvider>,
}

impl Telemetry {
    /// Starts logs, and traces and metrics if enabled.
    pub(crate) fn start(logs: &Logs) -> Result<Self, Error> {
        let resource = resource();
        let tracers = if otel_asks_for("TRACES") { Some(tracers(resource.clone())?) } else { None };
        logs::start(logs, tracers.as_ref().map(|tracers| tracers.tracer("atrad")))?;
        let registry = Registry::new();
        let exporter = opentelemetry_prometheus::exporter()
            .with_registry(registry.clone())
            .without_target_info()
            .scope_info_enabled(false);
        let mut meters =
            SdkMeterProvider::builder().with_resource(resource).with_reader(exporter.build().map_err(Error::Reader)?);
        if otel_asks_for("METRICS") {
            let exporter = MetricExporter::builder().with_tonic().build().map_err(Error::Exporter)?;
            meters = meters.with_periodic_exporter(exporter);
        }
        Ok(Self { registry, meters: meters.build(), tracers })
    }

    /// Instruments the calls of the server.
    pub(crate) fn observer(&self) -> Calls {
        Calls::new(&self.meters.meter("atrad"), self.registry.clone(), self.tracers.is_some())
    }

    /// Registers the metrics of the application.
    pub(crate) fn watch(&self, app: &Arc<App>) {
        metrics::watch(&self.meters.meter("atrad"), app);
    }

    /// Registers the metrics of TLS.
    pub(crate) fn watch_tls(&self, tls: &Arc<Tls>) {
        metrics::watch_tls(&self.meters.meter("atrad"), tls);
    }

    /// Serves the metrics over HTTP, until the process ends.
    pub(crate) fn serve(&self, listener: TcpListener) {
        tokio::spawn(page::serve(listener, self.registry.clone()));
    }

    /// Flushes the exporters.
    pub(crate) fn end(self) {
        let traces = self.tracers.map_or(Ok(()), |tracers| tracers.shutdown());
        if let Err(error) = self.meters.shutdown().and(traces) {
            tracing::warn!(%error, "the last metrics or traces could not be sent");
        }
    }
}

/// The resource: service name `atrad`, unless OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES override it.
fn resource() -> Resource {
    let found = Resource::builder().build();
    let named = found.get(&Key::new("service.name")).is_some_and(|name| !name.as_str().starts_with("unknown_service"));
    if named { found } else { Resource::builder().with_service_name("atrad").build() }
}

fn tracers(resource: Resource) -> Result<SdkTracerProvider, Error> {
    let exporter = SpanExporter::builder().with_tonic().build().map_err(Error::Exporter)?;
    Ok(SdkTracerProvider::builder().with_resource(resource).with_batch_exporter(exporter).build())
}

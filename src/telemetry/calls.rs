//! A span per call, and metrics by method and status code, named as in gRFC A66.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use atrad::rpc::Observer;
use http::HeaderMap;
use opentelemetry::metrics::{Counter, Histogram, Meter, UpDownCounter};
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::{KeyValue, StringValue};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use prometheus::Registry;
use tracing::field::Empty;
use tracing::{Span, debug_span, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// The upper bounds of the latency buckets in seconds, from 10 us.
const BUCKETS: [f64; 18] = [
    0.00001, 0.00005, 0.0001, 0.0002, 0.0003, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0,
    20.0,
];

/// Instruments calls.
pub(crate) struct Calls {
    started: Counter<u64>,
    duration: Histogram<f64>,
    in_flight: UpDownCounter<i64>,
    traced: bool,
    registry: Registry,
}

impl Calls {
    pub(super) fn new(meter: &Meter, registry: Registry, traced: bool) -> Self {
        let started = meter.u64_counter("grpc.server.call.started").with_description("Calls that began");
        let duration = meter
            .f64_histogram("grpc.server.call.duration")
            .with_unit("s")
            .with_description("How long calls took, to the last byte of the answer")
            .with_boundaries(BUCKETS.to_vec());
        let in_flight = meter.i64_up_down_counter("atrad.calls.in_flight").with_description("Calls that run now");
        Self { started: started.build(), duration: duration.build(), in_flight: in_flight.build(), traced, registry }
    }
}

impl Observer for Calls {
    fn begin(&self, method: &Arc<str>, id: &str, headers: &HeaderMap) -> Span {
        self.started.add(1, &[label(method)]);
        self.in_flight.add(1, &[]);
        let method = &**method;
        // The fields of a span are formatted when it begins, so only those who read them pay for them.
        if !self.traced {
            return debug_span!("call", method, request = id, code = Empty);
        }
        let span = info_span!("call", otel.name = method, otel.kind = "server", method, request = id, code = Empty);
        let _ = span.set_parent(propagator().extract(&Headers(headers)));
        span
    }

    fn end(&self, method: &Arc<str>, status: &'static str, duration: Duration) {
        Span::current().record("code", status);
        tracing::debug!(status, micros = duration.as_micros() as u64, "done");
        let labels = [label(method), KeyValue::new("grpc.status", status)];
        self.duration.record(duration.as_secs_f64(), &labels);
        self.in_flight.add(-1, &[]);
    }

    fn metrics(&self) -> String {
        super::page::text(&self.registry).unwrap_or_else(|error| {
            tracing::warn!(%error, "the metrics cannot be written");
            String::new()
        })
    }
}

fn label(method: &Arc<str>) -> KeyValue {
    KeyValue::new("grpc.method", StringValue::from(Arc::clone(method)))
}

fn propagator() -> &'static TraceContextPropagator {
    static PROPAGATOR: OnceLock<TraceContextPropagator> = OnceLock::new();
    PROPAGATOR.get_or_init(TraceContextPropagator::new)
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(|key| key.as_str()).collect()
    }
}

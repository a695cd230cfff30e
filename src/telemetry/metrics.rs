//! The metrics of the application and of the process, one table row each.

use std::sync::{Arc, Weak};

use atrad::app::{App, Metrics};
use atrad::cache::TierStats;
use atrad::rpc::Tls;
use opentelemetry::KeyValue;
use opentelemetry::metrics::Meter;

/// A metric: name, unit, description, and how to read it.
type Gauge<T> = (&'static str, &'static str, &'static str, fn(&T) -> f64);

/// Counters.
const COUNTERS: [Gauge<Metrics>; 5] = [
    ("atrad.writer.commits", "", "Commits of the ledger", |metrics| metrics.writer.commits as f64),
    ("atrad.writer.rows", "", "Rows that commits of the ledger changed", |metrics| metrics.writer.rows as f64),
    ("atrad.writer.retries", "", "Commits of the ledger that were tried again", |metrics| {
        metrics.writer.retries as f64
    }),
    ("atrad.writer.failures", "", "Commits of the ledger that failed", |metrics| metrics.writer.failures as f64),
    ("atrad.answers.computed", "", "Answers that were computed, not fetched", |metrics| metrics.computed as f64),
];

/// Gauges.
const GAUGES: [Gauge<Metrics>; 12] = [
    ("atrad.writer.latency.p50", "s", "Median duration of recent commits", |f| f.writer.p50.as_secs_f64()),
    ("atrad.writer.latency.p95", "s", "95th percentile of the duration of recent commits", |f| {
        f.writer.p95.as_secs_f64()
    }),
    ("atrad.writer.latency.p99", "s", "99th percentile of the duration of recent commits", |f| {
        f.writer.p99.as_secs_f64()
    }),
    ("atrad.price_files.missing", "", "Missing or damaged price files", |metrics| metrics.missing_files as f64),
    ("atrad.merges.pending", "", "Series with pending merges", |metrics| metrics.merges_pending as f64),
    ("atrad.queue.depth", "", "Jobs in the queue of the writer", |metrics| metrics.queue_depth as f64),
    ("atrad.pool.pending", "", "Tasks in the queue of the pool", |metrics| metrics.pool_pending as f64),
    ("atrad.pool.running", "", "Running tasks of the pool", |metrics| metrics.pool_running as f64),
    ("atrad.work.in_flight", "s", "Estimated CPU time of queued and running computations", |metrics| {
        metrics.work_in_flight as f64 / 1e9
    }),
    ("atrad.series", "", "Stored series", |metrics| metrics.series as f64),
    ("atrad.watches", "", "Running watches", |metrics| metrics.watches as f64),
    ("atrad.watch.states", "", "States that watches share", |metrics| metrics.watch_states as f64),
];

/// Counters per cache tier.
const TIER_COUNTERS: [Gauge<TierStats>; 7] = [
    ("atrad.cache.hits", "", "Reads that found an entry", |tier| tier.hits as f64),
    ("atrad.cache.misses", "", "Reads that found none", |tier| tier.misses as f64),
    ("atrad.cache.errors", "", "Commands to the tier that failed or timed out", |tier| tier.errors as f64),
    ("atrad.cache.skipped", "", "Reads and writes given up or not tried", |tier| tier.skipped as f64),
    ("atrad.cache.calls", "", "Commands sent to the tier", |tier| tier.calls as f64),
    ("atrad.cache.call.time", "s", "Time that commands to the tier took", |tier| tier.waited.as_secs_f64()),
    ("atrad.cache.outages", "", "Times that the circuit of the tier opened", |tier| tier.outages as f64),
];

/// Gauges per cache tier.
const TIER_GAUGES: [Gauge<TierStats>; 3] = [
    ("atrad.cache.entries", "", "Current entries", |tier| tier.entries as f64),
    ("atrad.cache.available", "", "1 if the tier takes commands, 0 while its circuit is open", |tier| {
        f64::from(u8::from(tier.is_available))
    }),
    ("atrad.cache.size", "By", "Current size in bytes", |tier| tier.bytes as f64),
];

/// Registers the days until the certificate of the server expires.
pub(super) fn watch_tls(meter: &Meter, tls: &Arc<Tls>) {
    let tls = Arc::downgrade(tls);
    let days: Gauge<()> = ("atrad.tls.certificate.left", "d", "Days until the certificate expires", |()| 0.0);
    gauge(meter, days, move || tls.upgrade().map(|tls| (tls.days_left(), Vec::new())).into_iter().collect());
}

/// Registers callbacks that read the metrics of a server at each collection, while the server exists.
pub(super) fn watch(meter: &Meter, app: &Arc<App>) {
    for figure in COUNTERS {
        counter(meter, figure, of(app, figure));
    }
    for figure in GAUGES {
        gauge(meter, figure, of(app, figure));
    }
    for figure in TIER_COUNTERS {
        counter(meter, figure, of_tiers(app, figure));
    }
    for figure in TIER_GAUGES {
        gauge(meter, figure, of_tiers(app, figure));
    }
    let resident: Gauge<()> = ("process.memory.usage", "By", "Memory of the process that is resident", |()| 0.0);
    gauge(meter, resident, || resident_bytes().map(|bytes| (bytes, Vec::new())).into_iter().collect());
}

/// Values, each with its labels.
type Values = Vec<(f64, Vec<KeyValue>)>;

fn of(app: &Arc<App>, (.., read): Gauge<Metrics>) -> impl Fn() -> Values + Send + Sync + 'static {
    let app = Arc::downgrade(app);
    move || metrics(&app).map(|metrics| (read(&metrics), Vec::new())).into_iter().collect()
}

fn of_tiers(app: &Arc<App>, (.., read): Gauge<TierStats>) -> impl Fn() -> Values + Send + Sync + 'static {
    let app = Arc::downgrade(app);
    let labelled = move |tier: &TierStats| (read(tier), vec![KeyValue::new("tier", tier.name)]);
    move || metrics(&app).map(|metrics| metrics.cache.iter().map(labelled).collect()).unwrap_or_default()
}

fn metrics(app: &Weak<App>) -> Option<Metrics> {
    app.upgrade().map(|app| app.metrics())
}

fn counter<T>(meter: &Meter, (name, unit, help, _): Gauge<T>, read: impl Fn() -> Values + Send + Sync + 'static) {
    let instrument = meter.f64_observable_counter(name).with_unit(unit).with_description(help);
    let observed = instrument.with_callback(move |observer| {
        read().iter().for_each(|(value, labels)| observer.observe(*value, labels));
    });
    observed.build();
}

fn gauge<T>(meter: &Meter, (name, unit, help, _): Gauge<T>, read: impl Fn() -> Values + Send + Sync + 'static) {
    let instrument = meter.f64_observable_gauge(name).with_unit(unit).with_description(help);
    let observed = instrument.with_callback(move |observer| {
        read().iter().for_each(|(value, labels)| observer.observe(*value, labels));
    });
    observed.build();
}

fn resident_bytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_process_has_memory() {
        assert!(resident_bytes().is_some_and(|bytes| bytes > 1e5));
    }
}

//! The figures of the use-cases and of the process, each a line in a table.

use std::sync::{Arc, Weak};

use atrad::app::{App, Figures};
use atrad::cache::TierStats;
use opentelemetry::KeyValue;
use opentelemetry::metrics::Meter;

/// A figure: its name, its unit, what it is, and how to read it.
type Figure<T> = (&'static str, &'static str, &'static str, fn(&T) -> f64);

/// What only grows.
const COUNTERS: [Figure<Figures>; 5] = [
    ("atrad.writer.commits", "", "Commits of the ledger", |figures| figures.writer.commits as f64),
    ("atrad.writer.rows", "", "Rows that commits of the ledger changed", |figures| figures.writer.rows as f64),
    ("atrad.writer.retries", "", "Commits of the ledger that were tried again", |figures| {
        figures.writer.retries as f64
    }),
    ("atrad.writer.failures", "", "Commits of the ledger that failed", |figures| figures.writer.failures as f64),
    ("atrad.answers.computed", "", "Answers that were computed, not fetched", |figures| figures.computed as f64),
];

/// What goes up and down.
const GAUGES: [Figure<Figures>; 10] = [
    ("atrad.writer.latency.p50", "s", "Median duration of recent commits", |f| f.writer.p50.as_secs_f64()),
    ("atrad.writer.latency.p95", "s", "95th percentile of the duration of recent commits", |f| {
        f.writer.p95.as_secs_f64()
    }),
    ("atrad.writer.latency.p99", "s", "99th percentile of the duration of recent commits", |f| {
        f.writer.p99.as_secs_f64()
    }),
    ("atrad.price_files.missing", "", "Missing or damaged price files", |figures| figures.missing_files as f64),
    ("atrad.merges.pending", "", "Series with pending merges", |figures| figures.merges_pending as f64),
    ("atrad.queue.depth", "", "Jobs in the queue of the writer", |figures| figures.queue_depth as f64),
    ("atrad.pool.pending", "", "Tasks in the queue of the pool", |figures| figures.pool_pending as f64),
    ("atrad.pool.running", "", "Running tasks of the pool", |figures| figures.pool_running as f64),
    ("atrad.work.in_flight", "", "Work in flight, in bars times kernels", |figures| figures.work_in_flight as f64),
    ("atrad.series", "", "Stored series", |figures| figures.series as f64),
];

/// What only grows of each tier of the cache.
const TIER_COUNTERS: [Figure<TierStats>; 3] = [
    ("atrad.cache.hits", "", "Reads that found an entry", |tier| tier.hits as f64),
    ("atrad.cache.misses", "", "Reads that found none", |tier| tier.misses as f64),
    ("atrad.cache.errors", "", "Calls to the tier that failed or timed out", |tier| tier.errors as f64),
];

/// What goes up and down of each tier of the cache.
const TIER_GAUGES: [Figure<TierStats>; 2] = [
    ("atrad.cache.entries", "", "Current entries", |tier| tier.entries as f64),
    ("atrad.cache.size", "By", "Current size in bytes", |tier| tier.bytes as f64),
];

/// Reads the figures of a server whenever someone asks for them, for as long as it is there.
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
    let resident: Figure<()> = ("process.memory.usage", "By", "Memory of the process that is resident", |()| 0.0);
    gauge(meter, resident, || resident_bytes().map(|bytes| (bytes, Vec::new())).into_iter().collect());
}

/// Values, each with its labels.
type Values = Vec<(f64, Vec<KeyValue>)>;

fn of(app: &Arc<App>, (.., read): Figure<Figures>) -> impl Fn() -> Values + Send + Sync + 'static {
    let app = Arc::downgrade(app);
    move || figures(&app).map(|figures| (read(&figures), Vec::new())).into_iter().collect()
}

fn of_tiers(app: &Arc<App>, (.., read): Figure<TierStats>) -> impl Fn() -> Values + Send + Sync + 'static {
    let app = Arc::downgrade(app);
    let labelled = move |tier: &TierStats| (read(tier), vec![KeyValue::new("tier", tier.name)]);
    move || figures(&app).map(|figures| figures.cache.iter().map(labelled).collect()).unwrap_or_default()
}

fn figures(app: &Weak<App>) -> Option<Figures> {
    app.upgrade().map(|app| app.figures())
}

fn counter<T>(meter: &Meter, (name, unit, help, _): Figure<T>, read: impl Fn() -> Values + Send + Sync + 'static) {
    let instrument = meter.f64_observable_counter(name).with_unit(unit).with_description(help);
    let observed = instrument.with_callback(move |observer| {
        read().iter().for_each(|(value, labels)| observer.observe(*value, labels));
    });
    observed.build();
}

fn gauge<T>(meter: &Meter, (name, unit, help, _): Figure<T>, read: impl Fn() -> Values + Send + Sync + 'static) {
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

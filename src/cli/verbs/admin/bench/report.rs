//! The figures of a load.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use atrad::rpc::code_name;
use hdrhistogram::Histogram;
use serde_json::json;
use tonic::Code;

use crate::cli::Error;
use crate::cli::output::ListFormat;
use crate::cli::table::Table;

/// The longest latency that is told apart from longer ones: an hour, as the longest deadline, in nanoseconds.
const LATENCY_MAX: u64 = 3_600_000_000_000;

/// The outcomes of one kind of call.
pub(super) struct Figures(Mutex<Counts>);

struct Counts {
    /// Latencies of successes, in nanoseconds, to three digits.
    latency: Histogram<u64>,
    errors: BTreeMap<&'static str, u64>,
}

impl Figures {
    pub(super) fn new() -> Self {
        let latency = Histogram::new_with_bounds(1, LATENCY_MAX, 3).expect("three digits of an hour are in range");
        Self(Mutex::new(Counts { latency, errors: BTreeMap::new() }))
    }

    /// Counts a call.
    pub(super) fn add(&self, latency: Duration, error: Option<Code>) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match error {
            None => counts.latency.saturating_record(latency.as_nanos().try_into().unwrap_or(u64::MAX)),
            Some(code) => *counts.errors.entry(code_name(code)).or_default() += 1,
        }
    }

    pub(super) fn summary(&self, duration: Duration) -> Summary {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let latency = &counts.latency;
        let percentiles = PERCENTILES.map(|(_, percentile)| latency.value_at_percentile(percentile) as f64 / 1e6);
        Summary {
            succeeded: latency.len(),
            per_second: latency.len() as f64 / duration.as_secs_f64(),
            mean_ms: latency.mean() / 1e6,
            percentiles_ms: percentiles,
            errors: counts.errors.iter().map(|(&code, &count)| (code, count)).collect(),
        }
    }
}

const PERCENTILES: [(&str, f64); 5] = [("p50", 50.0), ("p90", 90.0), ("p99", 99.0), ("p99.9", 99.9), ("max", 100.0)];

/// The summary of one kind of call.
pub(super) struct Summary {
    succeeded: u64,
    per_second: f64,
    mean_ms: f64,
    percentiles_ms: [f64; PERCENTILES.len()],
    errors: Vec<(&'static str, u64)>,
}

/// The summary of a load.
pub(super) struct Report {
    /// Each call and its figures.
    pub(super) rows: Vec<(String, Summary)>,
    /// The calls per second that were due.
    pub(super) rate: Option<f64>,
    /// Calls that were due and not made, as too many were in flight.
    pub(super) not_made: u64,
}

impl Report {
    pub(super) fn write(&self, format: ListFormat, output: &mut impl Write) -> Result<(), Error> {
        match format {
            ListFormat::Table => self.write_table(output),
            ListFormat::Json => {
                let calls = self.rows.iter().map(|(call, summary)| {
                    let percentiles = PERCENTILES.iter().zip(summary.percentiles_ms);
                    json!({
                        "call": call,
                        "succeeded": summary.succeeded,
                        "per_second": summary.per_second,
                        "mean_ms": summary.mean_ms,
                        "latency_ms": percentiles.map(|((name, _), ms)| (*name, ms)).collect::<BTreeMap<_, _>>(),
                        "errors": summary.errors.iter().copied().collect::<BTreeMap<_, _>>(),
                    })
                });
                let calls: Vec<_> = calls.collect();
                let report = json!({ "calls": calls, "rate": self.rate, "not_made": self.not_made });
                Ok(writeln!(output, "{report:#}")?)
            }
        }
    }

    fn write_table(&self, output: &mut impl Write) -> Result<(), Error> {
        let mut header = vec!["call", "succeeded", "per second", "mean ms"];
        header.extend(PERCENTILES.map(|(name, _)| name));
        header.push("errors");
        let mut table = Table::new(header);
        for (call, summary) in &self.rows {
            let mut row = vec![call.clone(), summary.succeeded.to_string(), format!("{:.0}", summary.per_second)];
            row.push(format!("{:.3}", summary.mean_ms));
            row.extend(summary.percentiles_ms.map(|ms| format!("{ms:.3}")));
            let errors: Vec<_> = summary.errors.iter().map(|(code, count)| format!("{count} {code}")).collect();
            row.push(errors.join(", "));
            table.row(row);
        }
        table.write(output)?;
        if self.not_made > 0 {
            writeln!(
                output,
                "\n{} calls were due and not made, as --in-flight others were not finished",
                self.not_made
            )?;
        }
        Ok(())
    }
}

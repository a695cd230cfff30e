//! What is told of the ledger, from domain to wire.

use std::time::{Duration, UNIX_EPOCH};

use crate::app::{BackupFacts, Soundness};
use crate::ledger::{self, StatementFacts};
use crate::rpc::proto::{self, BackupResponse, CheckResponse};

impl From<StatementFacts> for proto::Statement {
    fn from(StatementFacts { sql, runs, total, min, max, p95, scanned }: StatementFacts) -> Self {
        let [total_ns, min_ns, max_ns, p95_ns] = [total, min, max, p95].map(nanos);
        Self { sql, runs, total_ns, min_ns, max_ns, p95_ns, scanned_rows: scanned }
    }
}

impl From<ledger::SlowRun> for proto::SlowRun {
    fn from(ledger::SlowRun { at, took, sql, plan }: ledger::SlowRun) -> Self {
        let time = at.duration_since(UNIX_EPOCH).map_or(0, |since| nanos(since).cast_signed());
        Self { time, took_ns: nanos(took), sql, plan }
    }
}

impl From<ledger::Advice> for proto::Advice {
    fn from(ledger::Advice { index, statement, scanned, plan, plan_with }: ledger::Advice) -> Self {
        Self { index, statement, scanned_rows: scanned, plan, plan_with }
    }
}

impl From<Soundness> for CheckResponse {
    fn from(Soundness { problems, series, segments, orphans }: Soundness) -> Self {
        Self { problems, series, segments, orphans }
    }
}

impl From<BackupFacts> for BackupResponse {
    fn from(BackupFacts { path, series, segments, bytes, already_existed }: BackupFacts) -> Self {
        Self { path: path.display().to_string(), series, segments, bytes, already_existed }
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

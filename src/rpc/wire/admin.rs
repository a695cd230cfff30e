//! Statement statistics, index advice, check reports and backups, from domain to wire.

use std::time::{Duration, UNIX_EPOCH};

use crate::app::{BackupFacts, Soundness};
use crate::ledger::{self, StatementFacts};
use crate::rpc::proto::{self, BackupResponse, CheckResponse};

impl From<StatementFacts> for proto::StatementStats {
    fn from(StatementFacts { sql, runs, total, min, max, p95, scanned }: StatementFacts) -> Self {
        let [total_ns, min_ns, max_ns, p95_ns] = [total, min, max, p95].map(nanos);
        Self { sql, runs, total_ns, min_ns, max_ns, p95_ns, scanned_rows: scanned }
    }
}

impl From<ledger::SlowRun> for proto::SlowStatement {
    fn from(ledger::SlowRun { at, took, sql, plan }: ledger::SlowRun) -> Self {
        let end_time = at.duration_since(UNIX_EPOCH).map_or(0, |since| nanos(since).cast_signed());
        Self { end_time, duration_ns: nanos(took), sql, plan }
    }
}

impl From<ledger::Advice> for proto::IndexAdvice {
    fn from(ledger::Advice { index, statement, scanned, plan, plan_with }: ledger::Advice) -> Self {
        Self { index_sql: index, statement_sql: statement, scanned_rows: scanned, plan, plan_with_index: plan_with }
    }
}

impl From<Soundness> for CheckResponse {
    fn from(Soundness { problems, series, segments, orphans }: Soundness) -> Self {
        Self { problems, series_count: series, segment_count: segments, orphan_count: orphans }
    }
}

impl From<BackupFacts> for BackupResponse {
    fn from(BackupFacts { path, series, segments, bytes, already_existed }: BackupFacts) -> Self {
        let path = path.display().to_string();
        Self { path, series_count: series, segment_count: segments, file_bytes: bytes, already_existed }
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

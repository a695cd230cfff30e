//! The profile of the ledger: executions, durations and scanned rows of each statement, and slow executions with their
//! query plans.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use rusqlite::{Connection, Params, Statement, StatementStatus};

use super::recent::Recent;

/// The number of slow executions stored, as a ring buffer.
const SLOW_MAX: usize = 256;

/// Statistics of the statements of one ledger, over all its connections.
#[derive(Debug)]
pub struct Profile {
    slow_after: Duration,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    statements: HashMap<Box<str>, Costs>,
    slow: VecDeque<SlowRun>,
}

#[derive(Debug)]
struct Costs {
    runs: u64,
    total: Duration,
    min: Duration,
    max: Duration,
    scanned: u64,
    recent: Recent<256>,
}

/// Statistics of one statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementFacts {
    /// Its SQL.
    pub sql: String,
    /// Number of executions.
    pub runs: u64,
    /// Total duration.
    pub total: Duration,
    /// Shortest execution.
    pub min: Duration,
    /// Longest execution.
    pub max: Duration,
    /// The 95th percentile of the newest 256 executions.
    pub p95: Duration,
    /// Rows visited by full scans, for lack of an index.
    pub scanned: u64,
}

/// A slow execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlowRun {
    /// When it ended.
    pub at: SystemTime,
    /// Its duration.
    pub took: Duration,
    /// Its SQL.
    pub sql: String,
    /// Its query plan, one step per line.
    pub plan: String,
}

impl Default for Profile {
    fn default() -> Self {
        Self::new(crate::ledger::Config::default().slow_after)
    }
}

impl Profile {
    /// An empty profile; executions longer than `slow_after` are slow.
    pub fn new(slow_after: Duration) -> Self {
        Self { slow_after, inner: Mutex::default() }
    }

    /// Records an execution.
    pub(in crate::ledger) fn ran(&self, connection: &Connection, sql: &str, took: Duration, scanned: u64) {
        let mut inner = self.inner();
        match inner.statements.get_mut(sql) {
            Some(costs) => costs.add(took, scanned),
            None => {
                let costs =
                    Costs { runs: 0, total: Duration::ZERO, min: took, max: took, scanned: 0, recent: Recent::new() };
                inner.statements.entry(sql.into()).or_insert(costs).add(took, scanned);
            }
        }
        if took > self.slow_after {
            drop(inner);
            self.slow(connection, sql, took);
        }
    }

    fn slow(&self, connection: &Connection, sql: &str, took: Duration) {
        let plan = plan(connection, sql).unwrap_or_default();
        tracing::warn!(?took, sql, plan, "slow ledger statement");
        let slow = &mut self.inner().slow;
        if slow.len() == SLOW_MAX {
            slow.pop_front();
        }
        slow.push_back(SlowRun { at: SystemTime::now(), took, sql: sql.into(), plan });
    }

    /// Statistics per statement, by total duration, descending.
    pub fn statements(&self) -> Vec<StatementFacts> {
        let inner = self.inner();
        let mut all: Vec<_> = inner.statements.iter().map(|(sql, costs)| costs.facts(sql)).collect();
        all.sort_by(|one, two| two.total.cmp(&one.total).then_with(|| one.sql.cmp(&two.sql)));
        all
    }

    /// The stored slow executions, newest first.
    pub fn slow_runs(&self) -> Vec<SlowRun> {
        self.inner().slow.iter().rev().cloned().collect()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // Ignores poisoning: a panic elsewhere must not disable metrics.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Costs {
    fn add(&mut self, took: Duration, scanned: u64) {
        self.recent.add(self.runs, took);
        self.runs += 1;
        self.total += took;
        self.min = self.min.min(took);
        self.max = self.max.max(took);
        self.scanned += scanned;
    }

    fn facts(&self, sql: &str) -> StatementFacts {
        let Self { runs, total, min, max, scanned, ref recent } = *self;
        let [p95] = recent.percentiles(runs, [95]);
        StatementFacts { sql: sql.into(), runs, total, min, max, p95, scanned }
    }
}

/// A connection whose statements are profiled.
#[derive(Debug, Clone, Copy)]
pub(in crate::ledger) struct Statements<'a> {
    pub(in crate::ledger) connection: &'a Connection,
    pub(in crate::ledger) profile: &'a Profile,
}

impl Statements<'_> {
    /// Runs `work` with a statement and records its cost.
    pub(in crate::ledger) fn run<T>(
        self,
        sql: &str,
        work: impl FnOnce(&mut Statement<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let start = Instant::now();
        let mut statement = self.connection.prepare_cached(sql)?;
        let done = work(&mut statement);
        let scanned = statement.reset_status(StatementStatus::FullscanStep);
        self.profile.ran(self.connection, sql, start.elapsed(), scanned.unsigned_abs().into());
        done
    }

    /// Executes a statement without a result and returns the number of changed rows.
    pub(in crate::ledger) fn execute(self, sql: &str, values: impl Params) -> rusqlite::Result<usize> {
        self.run(sql, |statement| statement.execute(values))
    }
}

/// The query plan of a statement, one step per line; transaction control has none.
pub(in crate::ledger) fn plan(connection: &Connection, sql: &str) -> rusqlite::Result<String> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
    let mut rows = statement.raw_query();
    let mut steps = Vec::new();
    while let Some(row) = rows.next()? {
        steps.push(row.get::<_, String>("detail")?);
    }
    Ok(steps.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Connection {
        let connection = Connection::open_in_memory().expect("opens");
        connection.execute_batch("CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 2), (3, 4), (5, 6)").expect("made");
        connection
    }

    const SQL: &str = "SELECT b FROM t WHERE a = ?";

    fn ask(profile: &Profile, connection: &Connection, a: i64) -> i64 {
        let statements = Statements { connection, profile };
        statements.run(SQL, |statement| statement.query_row([a], |row| row.get(0))).expect("found")
    }

    #[test]
    fn runs_are_counted_and_scans_are_seen() {
        let (profile, connection) = (Profile::new(Duration::from_secs(1)), table());
        assert_eq!([1, 3, 5].map(|a| ask(&profile, &connection, a)), [2, 4, 6]);
        let [facts] = &profile.statements()[..] else { panic!("one statement") };
        assert_eq!((&*facts.sql, facts.runs), (SQL, 3));
        assert!(facts.scanned > 0 && facts.min <= facts.p95 && facts.p95 <= facts.max && facts.max <= facts.total);
        assert_eq!(profile.slow_runs(), []);
        connection.execute_batch("CREATE INDEX i ON t (a)").expect("made");
        let profile = Profile::new(Duration::from_secs(1));
        ask(&profile, &connection, 3);
        assert_eq!(profile.statements()[0].scanned, 0);
    }

    #[test]
    fn slow_runs_are_held_with_their_plans() {
        let (profile, connection) = (Profile::new(Duration::ZERO), table());
        for _ in 0..=SLOW_MAX {
            ask(&profile, &connection, 3);
        }
        profile.ran(&connection, "COMMIT", Duration::from_secs(2), 0);
        let slow = profile.slow_runs();
        assert_eq!((slow.len(), &*slow[0].sql, &*slow[0].plan), (SLOW_MAX, "COMMIT", ""));
        assert_eq!((&*slow[1].sql, &*slow[1].plan), (SQL, "SCAN t"));
    }
}

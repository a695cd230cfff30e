//! The profile of the ledger: how often each statement ran, how long it took, how many rows it scanned for want of an
//! index, and which runs were slow, with the plans SQLite had for them.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use rusqlite::{Connection, Params, Statement, StatementStatus};

use super::recent::Recent;

/// The slow runs that are held; older ones make room.
const SLOW_MAX: usize = 256;

/// What the statements of one ledger have cost, on all its connections.
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

/// What one statement has cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementFacts {
    /// Its text.
    pub sql: String,
    /// How often it ran.
    pub runs: u64,
    /// What all runs took together.
    pub total: Duration,
    /// What the shortest run took.
    pub min: Duration,
    /// What the longest run took.
    pub max: Duration,
    /// 95 % of the newest 256 runs took at most this long.
    pub p95: Duration,
    /// The rows that were passed over one by one because no index led to them.
    pub scanned: u64,
}

/// A run of a statement that took long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlowRun {
    /// When it ended.
    pub at: SystemTime,
    /// What it took.
    pub took: Duration,
    /// Its text.
    pub sql: String,
    /// How SQLite goes about it, one step a line.
    pub plan: String,
}

impl Default for Profile {
    fn default() -> Self {
        Self::new(super::Config::default().slow_after)
    }
}

impl Profile {
    /// An empty profile, to which a run is slow that takes longer than `slow_after`.
    pub fn new(slow_after: Duration) -> Self {
        Self { slow_after, inner: Mutex::default() }
    }

    /// Takes down a run.
    pub(super) fn ran(&self, connection: &Connection, sql: &str, took: Duration, scanned: u64) {
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
        tracing::warn!(?took, sql, plan, "a statement of the ledger was slow");
        let slow = &mut self.inner().slow;
        if slow.len() == SLOW_MAX {
            slow.pop_front();
        }
        slow.push_back(SlowRun { at: SystemTime::now(), took, sql: sql.into(), plan });
    }

    /// What each statement has cost, the dearest first.
    pub fn statements(&self) -> Vec<StatementFacts> {
        let inner = self.inner();
        let mut all: Vec<_> = inner.statements.iter().map(|(sql, costs)| costs.facts(sql)).collect();
        all.sort_by(|one, two| two.total.cmp(&one.total).then_with(|| one.sql.cmp(&two.sql)));
        all
    }

    /// The slow runs that are held, the newest first.
    pub fn slow_runs(&self) -> Vec<SlowRun> {
        self.inner().slow.iter().rev().cloned().collect()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // Metrics stay metrics, whatever happened to who was counting.
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
pub(super) struct Statements<'a> {
    pub(super) connection: &'a Connection,
    pub(super) profile: &'a Profile,
}

impl Statements<'_> {
    /// Does `work` with a statement and takes down what it cost.
    pub(super) fn run<T>(
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

    /// Runs a statement that gives no rows and counts those that it changed.
    pub(super) fn execute(self, sql: &str, values: impl Params) -> rusqlite::Result<usize> {
        self.run(sql, |statement| statement.execute(values))
    }
}

/// How SQLite goes about a statement, one step a line; those that only steer transactions have no steps.
pub(super) fn plan(connection: &Connection, sql: &str) -> rusqlite::Result<String> {
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

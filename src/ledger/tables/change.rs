//! The changes of the ledger, and the statement for each.

use rusqlite::params;

use crate::ledger::statistics::profile::Statements;
use crate::ledger::tables::{actions, alerts, batches, clocks, saved_results, tail};
use crate::ledger::{
    ActionKind, AlertPosition, AlertRow, BatchRow, CorporateAction, Delivery, NewFiring, SavedResultRow,
};
use crate::series::{Bars, Retention, SegmentFacts, SeriesId, Symbol};

/// One change of the ledger. The caller chooses the numbers of series and segments.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Adds an empty series at epoch 0.
    AddSeries {
        /// Its number, not used before.
        series: u64,
        /// Its name, not used before.
        name: SeriesId,
    },
    /// Sets the epoch of a series.
    SetEpoch {
        /// The series.
        series: u64,
        /// Its new epoch.
        epoch: u64,
    },
    /// Sets the retention of a series.
    SetRetention {
        /// The series.
        series: u64,
        /// The new retention.
        retention: Retention,
    },
    /// Deletes a series with its tail and its segments.
    DeleteSeries {
        /// The series.
        series: u64,
    },
    /// Upserts bars into the tail of a series; those with equal times are replaced.
    UpsertTail {
        /// The series.
        series: u64,
        /// The bars.
        bars: Bars,
    },
    /// Removes the bars of the tail of a series that open at or before a time.
    ClearTail {
        /// The series.
        series: u64,
        /// The last time to remove; `i64::MAX` clears the whole tail.
        through: i64,
    },
    /// Removes bars of the tail of a series by time.
    RemoveBars {
        /// The series.
        series: u64,
        /// When they open.
        times: Vec<i64>,
    },
    /// Adds a sealed segment to a series.
    AddSegment {
        /// The segment, with a number not used before.
        series: u64,
        /// The segment, of a number not given before.
        facts: SegmentFacts,
    },
    /// Removes a sealed segment from its series, whose bars are elsewhere or deleted: its price file can be removed.
    DropSegment {
        /// The segment.
        number: u64,
    },
    /// Removes a sealed segment from its series, but keeps its price file.
    DetachSegment {
        /// The segment.
        number: u64,
    },
    /// Drops the records of replaced price files that are deleted from disk.
    ForgetRetired {
        /// Their numbers.
        numbers: Vec<u64>,
    },
    /// Creates an advised index, unless one of its name exists.
    AddIndex {
        /// Its SQL: [`Advice::index`](crate::ledger::Advice::index).
        index: String,
    },
    /// Stores a batch under its idempotency key.
    AddBatch {
        /// The batch, whose key is not stored yet.
        row: BatchRow,
        /// When it arrived, in milliseconds since the Unix epoch.
        received_ms: i64,
    },
    /// Expires old batches.
    ExpireBatches {
        /// How many of the newest to retain.
        rows_max: u64,
        /// Batches that arrived before this expire, in milliseconds since the Unix epoch.
        before_ms: i64,
    },
    /// Saves a result.
    AddSavedResult {
        /// Its description; the key is not stored yet.
        facts: SavedResultRow,
        /// Its values.
        body: Vec<u8>,
    },
    /// Sets the expiry of a saved result.
    ExpireSavedResult {
        /// Its key.
        key: String,
        /// The expiry, in milliseconds since the Unix epoch; `None` is never.
        expires_ms: Option<i64>,
    },
    /// Deletes a saved result.
    DeleteSavedResult {
        /// Its key.
        key: String,
    },
    /// Deletes expired results.
    DeleteExpiredResults {
        /// The time now, in milliseconds since the Unix epoch.
        now_ms: i64,
    },
    /// Stores a corporate action; one of the same time and kind is replaced.
    PutAction {
        /// Its symbol.
        symbol: Symbol,
        /// The action.
        action: CorporateAction,
    },
    /// Deletes a corporate action.
    DeleteAction {
        /// Its symbol.
        symbol: Symbol,
        /// The beginning of its ex-date.
        ex_time: i64,
        /// Its kind.
        kind: ActionKind,
    },
    /// Moves the clock of a token forward; an earlier time changes nothing.
    MoveClock {
        /// The name of the clock.
        clock: String,
        /// The time, in nanoseconds since the Unix epoch.
        time: i64,
    },
    /// Stores an alert; one of the same name begins anew.
    PutAlert {
        /// The alert.
        row: AlertRow,
        /// Whether it has a webhook.
        has_webhook: bool,
    },
    /// Deletes an alert with its firings.
    DeleteAlert {
        /// Its name.
        name: String,
    },
    /// Stores firings of an alert in one series, each bar once, and how far it has come.
    Fire {
        /// Its name. Nothing is stored if there is no such alert.
        alert: String,
        /// How far it has come.
        position: AlertPosition,
        /// The firings.
        firings: Vec<NewFiring>,
        /// The time now, in milliseconds since the Unix epoch.
        fired_ms: i64,
        /// Whether a webhook is to be called.
        delivery: Delivery,
        /// How many of its newest firings to retain.
        rows_max: u64,
    },
    /// Acknowledges the firings of an alert.
    AcknowledgeFirings {
        /// Its name.
        alert: String,
        /// The number of the last one.
        through: u64,
        /// The time now, in milliseconds since the Unix epoch.
        now_ms: i64,
    },
    /// Sets whether the webhook knows of a firing.
    Deliver {
        /// The number of the firing, which may be gone.
        number: u64,
        /// Whether it knows.
        delivery: Delivery,
    },
}

impl Change {
    /// The operation, for messages.
    pub(in crate::ledger) fn operation(&self) -> &'static str {
        match self {
            Self::AddSeries { .. } => "add a series",
            Self::SetEpoch { .. } => "set the epoch of a series",
            Self::SetRetention { .. } => "set the retention of a series",
            Self::DeleteSeries { .. } => "delete a series",
            Self::UpsertTail { .. } => "add bars to a tail",
            Self::ClearTail { .. } => "remove bars from a tail",
            Self::RemoveBars { .. } => "remove bars from a tail",
            Self::AddSegment { .. } => "add a segment",
            Self::DropSegment { .. } => "drop a segment",
            Self::DetachSegment { .. } => "detach a segment",
            Self::ForgetRetired { .. } => "drop records of replaced price files",
            Self::AddIndex { .. } => "add an index",
            Self::AddBatch { .. } => "record an idempotency key",
            Self::ExpireBatches { .. } => "delete expired idempotency keys",
            Self::AddSavedResult { .. } => "add a saved result",
            Self::ExpireSavedResult { .. } => "set the expiry of a saved result",
            Self::DeleteSavedResult { .. } => "delete a saved result",
            Self::DeleteExpiredResults { .. } => "delete expired results",
            Self::PutAction { .. } => "store a corporate action",
            Self::DeleteAction { .. } => "delete a corporate action",
            Self::MoveClock { .. } => "move a clock",
            Self::PutAlert { .. } => "store an alert",
            Self::DeleteAlert { .. } => "delete an alert",
            Self::Fire { .. } => "store the firings of an alert",
            Self::AcknowledgeFirings { .. } => "acknowledge firings",
            Self::Deliver { .. } => "record a webhook call",
        }
    }

    /// The row that must exist for this change.
    pub(in crate::ledger) fn subject(&self) -> Option<(&'static str, u64)> {
        match *self {
            Self::SetEpoch { series, .. } | Self::SetRetention { series, .. } | Self::DeleteSeries { series } => {
                Some(("series", series))
            }
            Self::DropSegment { number } | Self::DetachSegment { number } => Some(("segment", number)),
            _ => None,
        }
    }

    /// Applies the change and returns the number of rows affected; for a deleted series, only its own row.
    pub(in crate::ledger) fn apply(&self, to: Statements<'_>) -> rusqlite::Result<usize> {
        let run = |sql, values: &[&dyn rusqlite::ToSql]| to.execute(sql, values);
        match self {
            Self::AddSeries { series, name } => run(
                "INSERT INTO series (id, symbol, timeframe_seconds, epoch) VALUES (?, ?, ?, 0)",
                params![series.cast_signed(), name.symbol.as_str(), name.timeframe.code()],
            ),
            // An epoch belongs to the lineage that set it.
            Self::SetEpoch { series, epoch } => run(
                "UPDATE series SET epoch = ?2, lineage = CASE WHEN epoch = ?2 THEN lineage
                     ELSE (SELECT id FROM lineage ORDER BY number DESC LIMIT 1) END WHERE id = ?1",
                params![series.cast_signed(), epoch.cast_signed()],
            ),
            Self::SetRetention { series, retention: Retention { rows_max, age_max_ms } } => run(
                "UPDATE series SET rows_max = ?2, age_max_ms = ?3 WHERE id = ?1",
                params![series.cast_signed(), rows_max.cast_signed(), age_max_ms.cast_signed()],
            ),
            Self::DeleteSeries { series } => {
                let series = params![series.cast_signed()];
                run("DELETE FROM tail WHERE series = ?", series)?;
                run("DELETE FROM batch WHERE series = ?", series)?;
                run("INSERT OR IGNORE INTO retired SELECT number FROM segment WHERE series = ?", series)?;
                run("DELETE FROM segment WHERE series = ?", series)?;
                run("DELETE FROM series WHERE id = ?", series)
            }
            Self::UpsertTail { series, bars } => tail::upsert(to, series.cast_signed(), bars),
            Self::ClearTail { series, through } => {
                run("DELETE FROM tail WHERE series = ? AND time <= ?", params![series.cast_signed(), through])
            }
            Self::RemoveBars { series, times } => tail::remove(to, series.cast_signed(), times),
            Self::AddSegment { series, facts } => run(
                "INSERT INTO segment (number, series, first_time, last_time, rows, bytes) VALUES (?, ?, ?, ?, ?, ?)",
                params![
                    facts.number.cast_signed(),
                    series.cast_signed(),
                    facts.first_time,
                    facts.last_time,
                    facts.rows.cast_signed(),
                    facts.bytes.cast_signed(),
                ],
            ),
            Self::DropSegment { number } => drop_segment(to, *number),
            Self::DetachSegment { number } => detach_segment(to, *number),
            Self::ForgetRetired { numbers } => {
                let forget = |number: &u64| run("DELETE FROM retired WHERE number = ?", params![number.cast_signed()]);
                numbers.iter().map(forget).sum()
            }
            Self::AddBatch { row, received_ms } => batches::add(to, row, *received_ms),
            Self::ExpireBatches { rows_max, before_ms } => batches::expire(to, *rows_max, *before_ms),
            Self::AddSavedResult { facts, body } => saved_results::add(to, facts, body),
            Self::ExpireSavedResult { key, expires_ms } => saved_results::expire(to, key, *expires_ms),
            Self::DeleteSavedResult { key } => saved_results::delete(to, key),
            Self::DeleteExpiredResults { now_ms } => saved_results::delete_expired(to, *now_ms),
            Self::AddIndex { index } => run(index, &[]),
            Self::PutAction { symbol, action } => actions::put(to, symbol, action),
            Self::DeleteAction { symbol, ex_time, kind } => actions::delete(to, symbol, *ex_time, *kind),
            Self::MoveClock { clock, time } => clocks::advance(to, clock, *time),
            Self::PutAlert { row, has_webhook } => alerts::put(to, row, *has_webhook),
            Self::DeleteAlert { name } => alerts::delete(to, name),
            Self::Fire { alert, position, firings, fired_ms, delivery, rows_max } => {
                let fired = alerts::fire(to, alert, position, firings, *fired_ms, *delivery)?;
                alerts::trim(to, alert, *rows_max).map(|_| fired)
            }
            Self::AcknowledgeFirings { alert, through, now_ms } => alerts::acknowledge(to, alert, *through, *now_ms),
            Self::Deliver { number, delivery } => alerts::deliver(to, *number, *delivery),
        }
    }
}
fn drop_segment(to: Statements<'_>, number: u64) -> rusqlite::Result<usize> {
    let retire = "INSERT OR IGNORE INTO retired SELECT number FROM segment WHERE number = ?";
    to.execute(retire, [number.cast_signed()])?;
    detach_segment(to, number)
}

fn detach_segment(to: Statements<'_>, number: u64) -> rusqlite::Result<usize> {
    to.execute("DELETE FROM segment WHERE number = ?", [number.cast_signed()])
}

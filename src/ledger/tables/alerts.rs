//! Stored alerts, how far each has come, and its firings. What an alert asks is opaque bytes here.

use std::path::Path;

use rusqlite::{Row, ToSql, params};

use crate::ledger::Error;
use crate::ledger::statistics::profile::Statements;
use crate::series::SeriesId;

/// An alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertRow {
    /// Its name.
    pub name: String,
    /// When it was stored, in milliseconds since the Unix epoch.
    pub created_ms: i64,
    /// What it asks.
    pub about: Vec<u8>,
}

/// How far an alert has come in a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertPosition {
    /// The series.
    pub series: SeriesId,
    /// Only bars that open later fire.
    pub since: i64,
    /// Where its watch goes on.
    pub token: Vec<u8>,
}

/// A bar at which the condition of an alert held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFiring {
    /// When the bar opens.
    pub time: i64,
    /// The epoch of the series.
    pub epoch: u64,
    /// The values of the expressions at that bar.
    pub result: Vec<u8>,
}

/// Whether the webhook of an alert knows of a firing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// The alert has no webhook.
    None,
    /// It is to be called.
    Pending,
    /// It has accepted the call.
    Done,
    /// It did not accept any of the calls.
    Failed,
}

impl Delivery {
    const ALL: [Self; 4] = [Self::None, Self::Pending, Self::Done, Self::Failed];

    fn number(self) -> i64 {
        self as i64
    }
}

/// A firing as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiringRow {
    /// Its number, rising.
    pub number: u64,
    /// The name of the alert.
    pub alert: String,
    /// The series.
    pub series: SeriesId,
    /// The bar and the values.
    pub firing: NewFiring,
    /// When it was stored, in milliseconds since the Unix epoch.
    pub fired_ms: i64,
    /// When it was acknowledged, in milliseconds since the Unix epoch; `None` if it was not.
    pub acknowledged_ms: Option<i64>,
    /// Whether the webhook knows of it.
    pub delivery: Delivery,
}

/// Which firings to read, in the order of their numbers.
#[derive(Debug, Clone, Copy)]
pub struct FiringPage<'a> {
    /// Only those of this alert; empty means all.
    pub alert: &'a str,
    /// Only those with a greater number.
    pub after: u64,
    /// Only those that were not acknowledged.
    pub unacknowledged: bool,
    /// Only those that the webhook is still to be told of.
    pub undelivered: bool,
    /// At most this many.
    pub limit: usize,
}

/// Stores an alert; one of the same name begins anew, and keeps its firings. Without a webhook nobody is told of these any more.
pub(in crate::ledger) fn put(to: Statements<'_>, row: &AlertRow, has_webhook: bool) -> rusqlite::Result<usize> {
    let AlertRow { name, created_ms, about } = row;
    to.execute("DELETE FROM alert_position WHERE alert = ?", params![name])?;
    if !has_webhook {
        to.execute("UPDATE firing SET delivery = 0 WHERE alert = ? AND delivery = 1", params![name])?;
    }
    let sql = "INSERT INTO alert (name, created_ms, about) VALUES (?, ?, ?)
               ON CONFLICT (name) DO UPDATE SET created_ms = excluded.created_ms, about = excluded.about";
    to.execute(sql, params![name, created_ms, about])
}

/// Deletes an alert with its firings.
pub(in crate::ledger) fn delete(to: Statements<'_>, name: &str) -> rusqlite::Result<usize> {
    to.execute("DELETE FROM alert_position WHERE alert = ?", params![name])?;
    to.execute("DELETE FROM firing WHERE alert = ?", params![name])?;
    to.execute("DELETE FROM alert WHERE name = ?", params![name])
}

/// Stores the firings of an alert in one series, each bar once, and how far it has come. Nothing if the alert is gone.
///
/// The stored `since` only rises: behind it are the bars whose firings were deleted, which must not fire again.
pub(in crate::ledger) fn fire(
    to: Statements<'_>,
    alert: &str,
    position: &AlertPosition,
    firings: &[NewFiring],
    fired_ms: i64,
    delivery: Delivery,
) -> rusqlite::Result<usize> {
    let AlertPosition { series, since, token } = position;
    let (symbol, seconds) = (series.symbol.as_str(), series.timeframe.code());
    let sql = "INSERT INTO alert_position (alert, symbol, timeframe_seconds, since, token)
               SELECT name, ?2, ?3, ?4, ?5 FROM alert WHERE name = ?1
               ON CONFLICT DO UPDATE SET since = max(since, excluded.since), token = excluded.token";
    to.execute(sql, params![alert, symbol, seconds, since, token])?;
    let sql = "INSERT OR IGNORE INTO firing (alert, symbol, timeframe_seconds, time, fired_ms, epoch, result, delivery)
               SELECT alert, symbol, timeframe_seconds, ?4, ?5, ?6, ?7, ?8 FROM alert_position
               WHERE alert = ?1 AND symbol = ?2 AND timeframe_seconds = ?3 AND since < ?4";
    let fire = |NewFiring { time, epoch, result }: &NewFiring| {
        let values = params![alert, symbol, seconds, time, fired_ms, epoch.cast_signed(), result, delivery.number()];
        to.execute(sql, values)
    };
    firings.iter().map(fire).sum()
}

/// Deletes the oldest firings of an alert beyond `rows_max`. Their bars, and those before them, do not fire again.
pub(in crate::ledger) fn trim(to: Statements<'_>, alert: &str, rows_max: u64) -> rusqlite::Result<usize> {
    let rows_max = i64::try_from(rows_max).unwrap_or(i64::MAX);
    let count =
        |sql: &str, values: &[&dyn ToSql]| to.run(sql, |statement| statement.query_row(values, |row| row.get(0)));
    let excess: i64 = count("SELECT max(count(*) - ?2, 0) FROM firing WHERE alert = ?1", params![alert, rows_max])?;
    if excess == 0 {
        return Ok(0);
    }
    let sql = "SELECT number FROM firing WHERE alert = ?1 ORDER BY number LIMIT 1 OFFSET ?2 - 1";
    let last: i64 = count(sql, params![alert, excess])?;
    let sql = "SELECT count(*) FROM firing WHERE alert = ?1 AND delivery = 1 AND number <= ?2";
    let untold: i64 = count(sql, params![alert, last])?;
    if untold > 0 {
        tracing::error!(alert, untold, "the log of firings is full: firings were deleted before the webhook was told");
    }
    let sql = "UPDATE alert_position SET since = max(since, deleted.time)
               FROM (SELECT symbol, timeframe_seconds, max(time) AS time FROM firing
                     WHERE alert = ?1 AND number <= ?2 GROUP BY symbol, timeframe_seconds) AS deleted
               WHERE alert_position.alert = ?1 AND alert_position.symbol = deleted.symbol
                     AND alert_position.timeframe_seconds = deleted.timeframe_seconds";
    to.execute(sql, params![alert, last])?;
    to.execute("DELETE FROM firing WHERE alert = ?1 AND number <= ?2", params![alert, last])
}

/// Acknowledges the firings of an alert up to a number.
pub(in crate::ledger) fn acknowledge(
    to: Statements<'_>,
    alert: &str,
    through: u64,
    now_ms: i64,
) -> rusqlite::Result<usize> {
    let sql = "UPDATE firing SET acknowledged_ms = ?3 WHERE alert = ?1 AND number <= ?2 AND acknowledged_ms IS NULL";
    to.execute(sql, params![alert, i64::try_from(through).unwrap_or(i64::MAX), now_ms])
}

/// Sets whether the webhook knows of a firing.
pub(in crate::ledger) fn deliver(to: Statements<'_>, number: u64, delivery: Delivery) -> rusqlite::Result<usize> {
    to.execute("UPDATE firing SET delivery = ?2 WHERE number = ?1", params![number.cast_signed(), delivery.number()])
}

/// All alerts, by name.
pub(in crate::ledger) fn list(from: Statements<'_>, path: &Path) -> Result<Vec<AlertRow>, Error> {
    let row = |row: &Row| Ok(AlertRow { name: row.get(0)?, created_ms: row.get(1)?, about: row.get(2)? });
    let sql = "SELECT name, created_ms, about FROM alert ORDER BY name";
    let found = from.run(sql, |statement| statement.query_map([], row)?.collect());
    found.map_err(Error::of("list alerts", path))
}

/// How far an alert has come, in each of its series.
pub(in crate::ledger) fn positions(
    from: Statements<'_>,
    path: &Path,
    alert: &str,
) -> Result<Vec<AlertPosition>, Error> {
    let position = |row: &Row| Ok(AlertPosition { series: series(row, 0)?, since: row.get(2)?, token: row.get(3)? });
    let sql = "SELECT symbol, timeframe_seconds, since, token FROM alert_position WHERE alert = ?";
    let found = from.run(sql, |statement| statement.query_map([alert], position)?.collect());
    found.map_err(Error::of("read the positions of an alert", path))
}

/// The firings of a page.
pub(in crate::ledger) fn firings(
    from: Statements<'_>,
    path: &Path,
    page: FiringPage<'_>,
) -> Result<Vec<FiringRow>, Error> {
    let FiringPage { alert, after, unacknowledged, undelivered, limit } = page;
    let sql =
        "SELECT symbol, timeframe_seconds, number, alert, time, fired_ms, epoch, result, acknowledged_ms, delivery
               FROM firing WHERE number > ?1 AND (?2 = '' OR alert = ?2) AND (NOT ?3 OR acknowledged_ms IS NULL)
                   AND (NOT ?4 OR delivery = 1)
               ORDER BY number LIMIT ?5";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let values = params![after, alert, unacknowledged, undelivered, limit];
    let found = from.run(sql, |statement| statement.query_map(values, firing)?.collect());
    found.map_err(Error::of("list firings", path))
}

fn firing(row: &Row<'_>) -> rusqlite::Result<FiringRow> {
    let delivery: i64 = row.get(9)?;
    Ok(FiringRow {
        series: series(row, 0)?,
        number: row.get::<_, i64>(2)?.cast_unsigned(),
        alert: row.get(3)?,
        firing: NewFiring { time: row.get(4)?, epoch: row.get::<_, i64>(6)?.cast_unsigned(), result: row.get(7)? },
        fired_ms: row.get(5)?,
        acknowledged_ms: row.get(8)?,
        delivery: usize::try_from(delivery)
            .ok()
            .and_then(|at| Delivery::ALL.get(at).copied())
            .unwrap_or(Delivery::None),
    })
}

/// The series of a row, whose names were valid when they were stored.
fn series(row: &Row<'_>, column: usize) -> rusqlite::Result<SeriesId> {
    let (symbol, seconds): (String, i64) = (row.get(column)?, row.get(column + 1)?);
    SeriesId::stored(&symbol, seconds).map_err(|_| rusqlite::Error::InvalidQuery)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::fixture::{ledger, name};
    use crate::ledger::{Change, Config, Reader, Writer};

    fn firing(time: i64) -> NewFiring {
        NewFiring { time, epoch: 3, result: vec![7; 8] }
    }

    fn fire(alert: &str, since: i64, times: &[i64]) -> Change {
        let position = AlertPosition { series: name(1), since, token: vec![1, 2] };
        let firings = times.iter().map(|&time| firing(time)).collect();
        Change::Fire { alert: alert.into(), position, firings, fired_ms: 5, delivery: Delivery::Pending, rows_max: 4 }
    }

    #[test]
    fn a_bar_fires_once_and_is_acknowledged_and_delivered() {
        let (_directory, path, mut writer) = ledger();
        let row = AlertRow { name: "low".into(), created_ms: 1, about: vec![9] };
        let put = |has_webhook| Change::PutAlert { row: row.clone(), has_webhook };
        writer.commit(&[put(true)]).expect("committed");
        writer.commit(&[fire("low", 0, &[10, 20]), fire("gone", 0, &[10])]).expect("a deleted alert fires nothing");
        writer.commit(&[fire("low", 0, &[20, 30])]).expect("committed");
        drop(writer);
        let mut writer = Writer::open(&path, &Config::default()).expect("opens again");
        let reader = Reader::open(&path, &Config::default(), Default::default()).expect("opens");
        let all = FiringPage { alert: "", after: 0, unacknowledged: false, undelivered: false, limit: 10 };
        let times = |page| {
            let found: Vec<FiringRow> = reader.firings(page).expect("listed");
            found.iter().map(|row| row.firing.time).collect::<Vec<_>>()
        };
        assert_eq!(times(all), [10, 20, 30]);
        assert_eq!(reader.alerts().expect("listed"), std::slice::from_ref(&row));
        assert_eq!(reader.alert_positions("low").expect("read")[0].token, [1, 2]);
        let found = reader.firings(FiringPage { alert: "low", after: 1, limit: 1, ..all }).expect("listed").remove(0);
        assert_eq!((found.number, found.firing, found.delivery), (2, firing(20), Delivery::Pending));
        let acknowledge = Change::AcknowledgeFirings { alert: "low".into(), through: 2, now_ms: 77 };
        writer.commit(&[acknowledge, Change::Deliver { number: 1, delivery: Delivery::Done }]).expect("committed");
        assert_eq!(times(FiringPage { unacknowledged: true, ..all }), [30]);
        assert_eq!(times(FiringPage { undelivered: true, ..all }), [20, 30]);
        // The oldest are dropped beyond the limit.
        writer.commit(&[fire("low", 0, &[40, 50, 60])]).expect("committed");
        assert_eq!(times(all), [30, 40, 50, 60]);
        // What was deleted does not fire again, nor does what was before it.
        writer.commit(&[fire("low", 0, &[5, 20])]).expect("committed");
        assert_eq!(times(all), [30, 40, 50, 60]);
        assert_eq!(reader.alert_positions("low").expect("read")[0].since, 20);
        // Another alert has a log of its own.
        let other = AlertRow { name: "other".into(), created_ms: 1, about: vec![9] };
        writer
            .commit(&[Change::PutAlert { row: other, has_webhook: true }, fire("other", 0, &[10])])
            .expect("committed");
        assert_eq!(times(all), [30, 40, 50, 60, 10]);
        writer.commit(&[Change::DeleteAlert { name: "other".into() }]).expect("committed");
        // Stored again: it begins anew, and what was logged stays.
        writer.commit(&[put(true)]).expect("committed");
        assert!(reader.alert_positions("low").expect("read").is_empty());
        assert_eq!((times(all).len(), times(FiringPage { undelivered: true, ..all }).len()), (4, 4));
        writer.commit(&[put(false), fire("low", 0, &[70])]).expect("committed");
        let found = reader.firings(FiringPage { alert: "low", after: 6, ..all }).expect("listed");
        // The numbers of the other alert are not used again.
        assert_eq!(found.iter().map(|row| row.number).collect::<Vec<_>>(), [7, 9]);
        assert_eq!(times(FiringPage { undelivered: true, ..all }), [70]);
        writer.commit(&[Change::DeleteAlert { name: "low".into() }]).expect("committed");
        assert!(times(all).is_empty() && reader.alerts().expect("listed").is_empty());
    }
}

//! The schema and its migrations. The version of a ledger is its `user_version`: the number of migrations applied.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::ledger::Error;

/// Each entry migrates from the version of its index to the next. Append only.
const MIGRATIONS: [&str; 11] = ["
    CREATE TABLE series (
        id                INTEGER PRIMARY KEY,
        symbol            TEXT    NOT NULL,
        timeframe_seconds INTEGER NOT NULL,
        epoch             INTEGER NOT NULL,
        UNIQUE (symbol, timeframe_seconds)
    ) STRICT;
    CREATE TABLE segment (
        number     INTEGER PRIMARY KEY,
        series     INTEGER NOT NULL REFERENCES series (id),
        first_time INTEGER NOT NULL,
        last_time  INTEGER NOT NULL,
        rows       INTEGER NOT NULL,
        bytes      INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX segment_series ON segment (series, first_time);
    -- A value that is NULL is NaN: a gap. ANY keeps each bit of a value; REAL would make -0.0 an integer, without its sign.
    CREATE TABLE tail (
        series INTEGER NOT NULL REFERENCES series (id),
        time   INTEGER NOT NULL,
        open   ANY,
        high   ANY,
        low    ANY,
        close  ANY,
        volume ANY,
        PRIMARY KEY (series, time)
    ) STRICT, WITHOUT ROWID;
", "
    -- The retention policy; 0 means no limit.
    ALTER TABLE series ADD COLUMN rows_max INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE series ADD COLUMN age_max_ms INTEGER NOT NULL DEFAULT 0;
    -- The batches that came under a key, in the order of their commits, so that each counts once.
    CREATE TABLE batch (
        number      INTEGER PRIMARY KEY,
        client      TEXT    NOT NULL,
        batch       TEXT    NOT NULL,
        digest      BLOB    NOT NULL,
        received_ms INTEGER NOT NULL,
        accepted    INTEGER NOT NULL,
        replaced    INTEGER NOT NULL,
        ignored     INTEGER NOT NULL,
        epoch       INTEGER NOT NULL,
        UNIQUE (client, batch)
    ) STRICT;
    CREATE INDEX batch_received ON batch (received_ms);
", "
    CREATE TABLE answer (
        key        TEXT    PRIMARY KEY,
        created_ms INTEGER NOT NULL,
        -- NULL is never.
        expires_ms INTEGER,
        bytes      INTEGER NOT NULL,
        about      BLOB    NOT NULL,
        body       BLOB    NOT NULL
    ) STRICT;
    CREATE INDEX answer_expires ON answer (expires_ms, bytes);
", "
    -- The extra columns of a bar that are not NaN, one after the other: length of the name, name, little-endian f64.
    ALTER TABLE tail ADD COLUMN extra BLOB;
", "
    -- Each opening for writing, oldest first: the random number it drew and the newest commit before it.
    CREATE TABLE lineage (
        number     INTEGER PRIMARY KEY,
        id         BLOB    NOT NULL UNIQUE,
        after      INTEGER NOT NULL,
        durability TEXT    NOT NULL,
        started_ms INTEGER NOT NULL
    ) STRICT;
    -- The newest commit, and how the file was left: 'open', 'closed' cleanly, or as a 'backup'.
    CREATE TABLE head (
        only       INTEGER PRIMARY KEY CHECK (only = 1),
        generation INTEGER NOT NULL,
        state      TEXT    NOT NULL
    ) STRICT;
    INSERT INTO head VALUES (1, 0, 'closed');
    -- Price files that a commit has replaced and that may still be on the disk.
    CREATE TABLE retired (number INTEGER PRIMARY KEY) STRICT;
    -- The lineage in which a series got its epoch; NULL before there were any.
    ALTER TABLE series ADD COLUMN lineage BLOB;
", "
    -- The CRC-32 of a bar with its series and time; NULL for bars stored before there was one.
    ALTER TABLE tail ADD COLUMN crc INTEGER;
", "
    CREATE TABLE alert (
        name       TEXT    PRIMARY KEY,
        created_ms INTEGER NOT NULL,
        about      BLOB    NOT NULL
    ) STRICT;
    -- How far an alert has come in a series: only bars after `since` fire, and its watch goes on at `token`.
    CREATE TABLE alert_position (
        alert             TEXT    NOT NULL REFERENCES alert (name),
        symbol            TEXT    NOT NULL,
        timeframe_seconds INTEGER NOT NULL,
        since             INTEGER NOT NULL,
        token             BLOB    NOT NULL,
        PRIMARY KEY (alert, symbol, timeframe_seconds)
    ) STRICT, WITHOUT ROWID;
    -- A bar at which the condition of an alert held: once, whatever is tried again.
    CREATE TABLE firing (
        number            INTEGER PRIMARY KEY,
        alert             TEXT    NOT NULL REFERENCES alert (name),
        symbol            TEXT    NOT NULL,
        timeframe_seconds INTEGER NOT NULL,
        time              INTEGER NOT NULL,
        fired_ms          INTEGER NOT NULL,
        epoch             INTEGER NOT NULL,
        -- The values of the expressions: little-endian f64.
        result            BLOB    NOT NULL,
        -- NULL until it is acknowledged.
        acknowledged_ms   INTEGER,
        -- The webhook: 0 there is none, 1 to be called, 2 called, 3 given up.
        delivery          INTEGER NOT NULL,
        UNIQUE (alert, symbol, timeframe_seconds, time)
    ) STRICT;
    CREATE INDEX firing_undelivered ON firing (alert, number) WHERE delivery = 1;
", "
    -- Numbers are never used again, as clients read on after a number, and the log is bounded per alert.
    CREATE TABLE firing_8 (
        number            INTEGER PRIMARY KEY AUTOINCREMENT,
        alert             TEXT    NOT NULL REFERENCES alert (name),
        symbol            TEXT    NOT NULL,
        timeframe_seconds INTEGER NOT NULL,
        time              INTEGER NOT NULL,
        fired_ms          INTEGER NOT NULL,
        epoch             INTEGER NOT NULL,
        -- Labels and values of the expressions, MessagePack; before version 8 only the values, little-endian f64.
        result            BLOB    NOT NULL,
        -- NULL until it is acknowledged.
        acknowledged_ms   INTEGER,
        -- The webhook: 0 there is none, 1 to be called, 2 called, 3 given up.
        delivery          INTEGER NOT NULL,
        UNIQUE (alert, symbol, timeframe_seconds, time)
    ) STRICT;
    INSERT INTO firing_8 SELECT * FROM firing;
    DROP TABLE firing;
    ALTER TABLE firing_8 RENAME TO firing;
    CREATE INDEX firing_undelivered ON firing (alert, number) WHERE delivery = 1;
    CREATE INDEX firing_by_alert ON firing (alert, number);
", "
    -- Splits (kind 0: new shares per old share) and dividends (kind 1: cash per share) by the beginning of their ex-dates.
    CREATE TABLE corporate_action (
        symbol  TEXT    NOT NULL,
        ex_time INTEGER NOT NULL,
        kind    INTEGER NOT NULL,
        value   REAL    NOT NULL,
        PRIMARY KEY (symbol, ex_time, kind)
    ) STRICT, WITHOUT ROWID;
", "
    -- Where the clocks of tokens stand.
    CREATE TABLE clock (token TEXT PRIMARY KEY, time INTEGER NOT NULL) STRICT;
", "
    -- The series of a batch: its key is forgotten with it. NULL for batches before.
    ALTER TABLE batch ADD COLUMN series INTEGER;
    CREATE INDEX batch_series ON batch (series) WHERE series IS NOT NULL;
"];

/// The current version.
pub(in crate::ledger) const VERSION: u32 = MIGRATIONS.len() as u32;

/// Migrates the ledger to the current version, one transaction per step.
pub(in crate::ledger) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), Error> {
    let failed = || Error::of("migrate", path);
    for version in check(connection, path)?..VERSION {
        let step = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed())?;
        step.execute_batch(MIGRATIONS[version as usize]).map_err(failed())?;
        step.pragma_update(None, "user_version", version + 1).map_err(failed())?;
        step.commit().map_err(failed())?;
    }
    Ok(())
}

/// The version of the ledger; an error if it is newer than supported.
pub(in crate::ledger) fn check(connection: &Connection, path: &Path) -> Result<u32, Error> {
    let version = connection.pragma_query_value(None, "user_version", |row| row.get(0));
    match version.map_err(Error::of("read the version", path))? {
        found if found > VERSION => Err(Error::Newer { path: path.into(), found, known: VERSION }),
        found => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::fixture::{bars, facts, name};
    use crate::ledger::{ActionKind, Change, Config, CorporateAction, Writer};
    use crate::series::Retention;

    #[test]
    fn a_ledger_of_version_1_is_brought_to_today() {
        let directory = tempfile::tempdir().expect("a folder");
        let path = directory.path().join("ledger.db");
        let old = Connection::open(&path).expect("opens");
        old.execute_batch(MIGRATIONS[0]).expect("tables of version 1");
        old.execute_batch(
            "INSERT INTO series VALUES (1, 'S1', 900, 7), (2, 'S2', 900, 1);
             INSERT INTO segment VALUES (4, 1, 10, 19, 10, 4096);
             INSERT INTO tail VALUES (1, 60, 1.0, 2.5, 1.0, 1.1, 0.0), (2, 60, 1.0, 2.5, 1.0, 1.1, 0.0);
             PRAGMA user_version = 1;",
        )
        .expect("rows of version 1");
        drop(old);
        for _ in 0..2 {
            let writer = Writer::open(&path, &Config::default()).expect("opens");
            let all = writer.load().expect("loads");
            assert_eq!((&all[0].name, all[0].epoch, &*all[0].segments), (&name(1), 7, &[facts(4, 10)][..]));
            assert_eq!((&all[0].tail, &all[1].tail), (&bars(60, 1, 1.0), &bars(60, 1, 1.0)));
            assert!(all.iter().all(|series| series.retention == Retention::default()));
            assert_eq!(check(&writer.connection, &path).expect("known"), VERSION);
        }
        let mut writer = Writer::open(&path, &Config::default()).expect("opens");
        let retention = Retention { rows_max: u64::MAX, age_max_ms: 1 };
        writer.commit(&[Change::SetRetention { series: 2, retention }]).expect("committed");
        assert_eq!(writer.load().expect("loads")[1].retention, retention);
        let action = CorporateAction { ex_time: 5, kind: ActionKind::Split, value: 4.0 };
        let symbol = name(2).symbol;
        writer.commit(&[Change::PutAction { symbol: symbol.clone(), action }]).expect("committed");
        assert_eq!(writer.actions().expect("loads"), [(symbol, action)]);
    }
}

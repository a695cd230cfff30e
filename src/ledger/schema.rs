//! The tables, and how an older ledger becomes one of today. The version of a ledger is its `user_version`: the number of
//! migrations that it has seen.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::Error;

/// Each entry leads from the version of its index to the next. Entries are only ever added.
const MIGRATIONS: [&str; 2] = ["
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
"];

/// The version of a ledger of today.
pub(super) const VERSION: u32 = MIGRATIONS.len() as u32;

/// Brings the ledger to the version of today, one transaction per step.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), Error> {
    let failed = || Error::of("migrate", path);
    for version in check(connection, path)?..VERSION {
        let step = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed())?;
        step.execute_batch(MIGRATIONS[version as usize]).map_err(failed())?;
        step.pragma_update(None, "user_version", version + 1).map_err(failed())?;
        step.commit().map_err(failed())?;
    }
    Ok(())
}

/// The version of the ledger, which is not newer than today's.
pub(super) fn check(connection: &Connection, path: &Path) -> Result<u32, Error> {
    let version = connection.pragma_query_value(None, "user_version", |row| row.get(0));
    match version.map_err(Error::of("read the version", path))? {
        found if found > VERSION => Err(Error::Newer { path: path.into(), found, known: VERSION }),
        found => Ok(found),
    }
}

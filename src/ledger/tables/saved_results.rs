//! Saved results by key. Their values are opaque bytes; only key, size and times are interpreted.

use std::path::Path;

use rusqlite::{OptionalExtension, Row, params};

use crate::ledger::Error;
use crate::ledger::statistics::profile::Statements;

/// A saved result without its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedResultRow {
    /// Its key.
    pub key: String,
    /// When it was saved, in milliseconds since the Unix epoch.
    pub created_ms: i64,
    /// When it expires, in milliseconds since the Unix epoch; `None` is never.
    pub expires_ms: Option<i64>,
    /// The size of its values in bytes.
    pub bytes: u64,
    /// Its query.
    pub about: Vec<u8>,
}

/// Totals of saved results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SavedResultTotals {
    /// Number of results.
    pub count: u64,
    /// Bytes of their values.
    pub bytes: u64,
}

pub(in crate::ledger) fn add(to: Statements<'_>, facts: &SavedResultRow, body: &[u8]) -> rusqlite::Result<usize> {
    let SavedResultRow { key, created_ms, expires_ms, bytes, about } = facts;
    let sql = "INSERT INTO answer (key, created_ms, expires_ms, bytes, about, body) VALUES (?, ?, ?, ?, ?, ?)";
    let values = params![key, created_ms, expires_ms, bytes.cast_signed(), about, body];
    to.execute(sql, values)
}

pub(in crate::ledger) fn expire(to: Statements<'_>, key: &str, expires_ms: Option<i64>) -> rusqlite::Result<usize> {
    to.execute("UPDATE answer SET expires_ms = ?2 WHERE key = ?1", params![key, expires_ms])
}

pub(in crate::ledger) fn delete(to: Statements<'_>, key: &str) -> rusqlite::Result<usize> {
    to.execute("DELETE FROM answer WHERE key = ?", [key])
}

pub(in crate::ledger) fn delete_expired(to: Statements<'_>, now_ms: i64) -> rusqlite::Result<usize> {
    to.execute("DELETE FROM answer WHERE expires_ms <= ?", [now_ms])
}

/// Totals, without expired results and without the one under `but`.
pub(in crate::ledger) fn totals(
    from: Statements<'_>,
    path: &Path,
    but: &str,
    now_ms: i64,
) -> Result<SavedResultTotals, Error> {
    let sql = "SELECT count(*), coalesce(sum(bytes), 0) FROM answer
               WHERE key <> ? AND (expires_ms IS NULL OR expires_ms > ?)";
    let totals = |row: &Row| {
        let number = |column| row.get::<_, i64>(column).map(i64::cast_unsigned);
        Ok(SavedResultTotals { count: number(0)?, bytes: number(1)? })
    };
    from.run(sql, |statement| statement.query_row(params![but, now_ms], totals))
        .map_err(Error::of("count saved results", path))
}

/// When the next result expires.
pub(in crate::ledger) fn next_end(from: Statements<'_>, path: &Path) -> Result<Option<i64>, Error> {
    let next = from.run("SELECT min(expires_ms) FROM answer", |statement| statement.query_row([], |row| row.get(0)));
    next.map_err(Error::of("find the next expiry", path))
}

/// The description of a result, unless expired.
pub(in crate::ledger) fn facts(
    from: Statements<'_>,
    path: &Path,
    key: &str,
    now_ms: i64,
) -> Result<Option<SavedResultRow>, Error> {
    Ok(list(from, path, Page { prefix: key, after: "", limit: 1 }, now_ms)?.pop().filter(|facts| facts.key == key))
}

/// The values of a result.
pub(in crate::ledger) fn body(from: Statements<'_>, path: &Path, key: &str) -> Result<Option<Vec<u8>>, Error> {
    let body = from.run("SELECT body FROM answer WHERE key = ?", |statement| {
        statement.query_row([key], |row| row.get(0)).optional()
    });
    body.map_err(Error::of("read a saved result", path))
}

/// A page of saved results, sorted by key.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Only keys with this prefix.
    pub prefix: &'a str,
    /// Only keys after this one.
    pub after: &'a str,
    /// At most this many.
    pub limit: usize,
}

/// The unexpired results of a page.
pub(in crate::ledger) fn list(
    from: Statements<'_>,
    path: &Path,
    page: Page<'_>,
    now_ms: i64,
) -> Result<Vec<SavedResultRow>, Error> {
    let sql = "SELECT key, created_ms, expires_ms, bytes, about FROM answer
               WHERE key >= ?1 AND key > ?2 AND substr(key, 1, length(?1)) = ?1
                   AND (expires_ms IS NULL OR expires_ms > ?3)
               ORDER BY key LIMIT ?4";
    let facts = |row: &Row| {
        Ok(SavedResultRow {
            key: row.get(0)?,
            created_ms: row.get(1)?,
            expires_ms: row.get(2)?,
            bytes: row.get::<_, i64>(3)?.cast_unsigned(),
            about: row.get(4)?,
        })
    };
    let limit = i64::try_from(page.limit).unwrap_or(i64::MAX);
    let found = from
        .run(sql, |statement| statement.query_map(params![page.prefix, page.after, now_ms, limit], facts)?.collect());
    found.map_err(Error::of("list saved results", path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::fixture::ledger;
    use crate::ledger::{Change, Config, Reader, Writer};

    fn kept(key: &str, expires_ms: Option<i64>, bytes: usize) -> Change {
        let facts = SavedResultRow { key: key.into(), created_ms: 5, expires_ms, bytes: bytes as u64, about: vec![7] };
        Change::AddSavedResult { facts, body: vec![1; bytes] }
    }

    fn keys(reader: &Reader, page: Page<'_>, now_ms: i64) -> Vec<String> {
        reader.saved_results(page, now_ms).expect("listed").into_iter().map(|facts| facts.key).collect()
    }

    #[test]
    fn results_are_stored_listed_and_expire() {
        let (_directory, path, mut writer) = ledger();
        let changes = [kept("A/1", None, 10), kept("A/2", Some(100), 20), kept("AB/1", Some(50), 70_000)];
        writer.commit(&changes).expect("committed");
        drop(writer);
        let mut writer = Writer::open(&path, &Config::default()).expect("opens again");
        let reader = Reader::open(&path, &Config::default(), Default::default()).expect("opens");
        let all = Page { prefix: "", after: "", limit: 10 };
        assert_eq!(keys(&reader, all, 0), ["A/1", "A/2", "AB/1"]);
        assert_eq!(keys(&reader, all, 50), ["A/1", "A/2"], "what ends now is over");
        assert_eq!(keys(&reader, Page { prefix: "A/", ..all }, 0), ["A/1", "A/2"]);
        assert_eq!(keys(&reader, Page { after: "A/1", limit: 1, ..all }, 0), ["A/2"]);
        let (facts, body) = reader.saved_result("AB/1", 49).expect("read").expect("there");
        assert_eq!((facts.bytes, facts.expires_ms, body), (70_000, Some(50), vec![1; 70_000]));
        assert!(reader.saved_result("AB/1", 50).expect("read").is_none());
        assert!(reader.saved_result("A", 0).expect("read").is_none());
        assert_eq!(writer.saved_result_totals("A/1", 50).expect("counted"), SavedResultTotals { count: 1, bytes: 20 });
        assert_eq!(writer.next_result_expiry().expect("found"), Some(50));

        assert!(writer.commit(&[kept("A/1", None, 1)]).is_err(), "a key is given once");
        let key = || "A/2".to_owned();
        writer.commit(&[Change::DeleteExpiredResults { now_ms: 99 }]).expect("committed");
        assert_eq!(keys(&reader, all, 0), ["A/1", "A/2"]);
        writer.commit(&[Change::ExpireSavedResult { key: key(), expires_ms: None }]).expect("committed");
        assert_eq!((keys(&reader, all, i64::MAX).len(), writer.next_result_expiry().expect("found")), (2, None));
        writer.commit(&[Change::DeleteSavedResult { key: key() }]).expect("committed");
        assert_eq!(keys(&reader, all, 0), ["A/1"]);
    }
}

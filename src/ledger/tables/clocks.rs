//! The clocks of tokens: where each stands that was moved.

use std::path::Path;

use rusqlite::{Row, params};

use crate::ledger::Error;
use crate::ledger::statistics::profile::Statements;

/// Moves a clock forward; an earlier time changes nothing.
pub(in crate::ledger) fn advance(to: Statements<'_>, token: &str, time: i64) -> rusqlite::Result<usize> {
    let sql = "INSERT INTO clock (token, time) VALUES (?, ?)
               ON CONFLICT (token) DO UPDATE SET time = max(time, excluded.time)";
    to.execute(sql, params![token, time])
}

/// All clocks, by name.
pub(in crate::ledger) fn all(from: Statements<'_>, path: &Path) -> Result<Vec<(String, i64)>, Error> {
    let row = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let sql = "SELECT token, time FROM clock ORDER BY token";
    let found = from.run(sql, |statement| statement.query_map([], row)?.collect());
    found.map_err(Error::of("load clocks", path))
}

#[cfg(test)]
mod tests {
    use crate::ledger::fixture::ledger;
    use crate::ledger::{Change, Config, Writer};

    #[test]
    fn a_clock_never_goes_back() {
        let (_directory, path, mut writer) = ledger();
        let moved = |clock: &str, time| Change::MoveClock { clock: clock.into(), time };
        writer.commit(&[moved("b", 5), moved("a", -9), moved("b", 7), moved("b", 6)]).expect("committed");
        drop(writer);
        let writer = Writer::open(&path, &Config::default()).expect("opens again");
        assert_eq!(writer.clocks().expect("loaded"), [("a".to_owned(), -9), ("b".to_owned(), 7)]);
    }
}

//! Corporate actions: the splits and dividends of each symbol. Bars are stored as they were traded; these say how they compare.

use std::path::Path;

use rusqlite::types::Type;
use rusqlite::{Row, params};

use crate::ledger::Error;
use crate::ledger::statistics::profile::Statements;
use crate::series::Symbol;

/// The kinds of corporate actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActionKind {
    /// A share becomes `value` shares: 4 in a split of 4 for 1, 0.1 in a reverse split of 1 for 10.
    Split,
    /// A cash dividend of `value` per share held before the ex-date, in the currency of the prices.
    Dividend,
}

impl ActionKind {
    /// All kinds, in the order in which they are stored.
    pub const ALL: [Self; 2] = [Self::Split, Self::Dividend];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Split => "split",
            Self::Dividend => "dividend",
        }
    }
}

/// A split or a dividend.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CorporateAction {
    /// The beginning of the ex-date: bars that open earlier are adjusted. Nanoseconds since the Unix epoch.
    pub ex_time: i64,
    /// Its kind. A symbol has at most one action of a kind at a time.
    pub kind: ActionKind,
    /// As its kind says: finite and above 0.
    pub value: f64,
}

/// The columns of a row, as [`read`] reads them.
pub(in crate::ledger) const COLUMNS: &str = "symbol, ex_time, kind, value";

/// Stores an action; one of the same time and kind is replaced.
pub(in crate::ledger) fn put(to: Statements<'_>, symbol: &Symbol, action: &CorporateAction) -> rusqlite::Result<usize> {
    let CorporateAction { ex_time, kind, value } = *action;
    let sql = "INSERT INTO corporate_action (symbol, ex_time, kind, value) VALUES (?, ?, ?, ?)
               ON CONFLICT (symbol, ex_time, kind) DO UPDATE SET value = excluded.value";
    to.execute(sql, params![symbol.as_str(), ex_time, kind as i64, value])
}

/// Deletes an action.
pub(in crate::ledger) fn delete(
    to: Statements<'_>,
    symbol: &Symbol,
    ex_time: i64,
    kind: ActionKind,
) -> rusqlite::Result<usize> {
    let sql = "DELETE FROM corporate_action WHERE symbol = ? AND ex_time = ? AND kind = ?";
    to.execute(sql, params![symbol.as_str(), ex_time, kind as i64])
}

/// All actions, by symbol, then time, then kind.
pub(in crate::ledger) fn all(from: Statements<'_>, path: &Path) -> Result<Vec<(Symbol, CorporateAction)>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM corporate_action ORDER BY symbol, ex_time, kind");
    let found = from.run(&sql, |statement| statement.query_map([], read)?.collect());
    found.map_err(Error::of("load corporate actions", path))
}

/// Reads a row of [`COLUMNS`]. Names and kinds were valid when they were stored.
pub(in crate::ledger) fn read(row: &Row<'_>) -> rusqlite::Result<(Symbol, CorporateAction)> {
    let (symbol, kind): (String, i64) = (row.get(0)?, row.get(2)?);
    let kind = usize::try_from(kind).ok().and_then(|kind| ActionKind::ALL.get(kind).copied());
    let invalid = |column, kind, error: String| rusqlite::Error::FromSqlConversionFailure(column, kind, error.into());
    let kind = kind.ok_or_else(|| invalid(2, Type::Integer, format!("{symbol} has an action of an unknown kind")))?;
    let symbol = symbol.parse::<Symbol>().map_err(|error| invalid(0, Type::Text, error.to_string()))?;
    Ok((symbol, CorporateAction { ex_time: row.get(1)?, kind, value: row.get(3)? }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::fixture::ledger;
    use crate::ledger::{Change, Config, Writer};

    #[test]
    fn actions_are_stored_replaced_and_deleted() {
        let (_directory, path, mut writer) = ledger();
        let symbol = |name: &str| name.parse::<Symbol>().expect("valid");
        let action = |ex_time, kind, value| CorporateAction { ex_time, kind, value };
        let put = |name: &str, action| Change::PutAction { symbol: symbol(name), action };
        let (split, dividend) = (action(20, ActionKind::Split, 4.0), action(20, ActionKind::Dividend, 0.82));
        let first = action(-5, ActionKind::Dividend, 1e-9);
        let changes = [put("B", split), put("A", dividend), put("A", split), put("A", first)];
        writer.commit(&changes).expect("committed");
        writer.commit(&[put("A", action(20, ActionKind::Split, 7.0))]).expect("replaced");
        let delete = |kind| Change::DeleteAction { symbol: symbol("B"), ex_time: 20, kind };
        writer.commit(&[delete(ActionKind::Dividend)]).expect("there is none");
        drop(writer);
        let mut writer = Writer::open(&path, &Config::default()).expect("opens again");
        let split = action(20, ActionKind::Split, 7.0);
        let of_a = [first, split, dividend].map(|action| (symbol("A"), action));
        let of_b = (symbol("B"), action(20, ActionKind::Split, 4.0));
        assert_eq!(writer.actions().expect("loaded"), [&of_a[..], &[of_b]].concat());
        writer.commit(&[delete(ActionKind::Split)]).expect("deleted");
        assert_eq!(writer.actions().expect("loaded"), of_a);
    }
}

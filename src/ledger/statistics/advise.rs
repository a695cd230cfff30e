//! The index adviser. A full scan in the profile yields a candidate index of the columns that the statement compares
//! and orders by. It is proposed if SQLite's planner, run on an empty copy of the schema, would use it instead of the
//! scan.

use rusqlite::Connection;

use super::profile::plan;
use crate::ledger::{Error, Reader};

/// A proposed index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// The SQL that creates it.
    pub index: String,
    /// The statement that needs it.
    pub statement: String,
    /// The rows scanned by all executions of the statement.
    pub scanned: u64,
    /// The current query plan, one step per line.
    pub plan: String,
    /// The query plan with the index.
    pub plan_with: String,
}

impl Reader {
    /// The proposed indexes for the statements of the profile, most scanned rows first; one per name.
    pub fn advise(&self) -> Result<Vec<Advice>, Error> {
        let statements = self.profile.statements();
        let mut scans: Vec<_> = statements.into_iter().filter(|facts| facts.scanned > 0).collect();
        scans.sort_by_key(|facts| std::cmp::Reverse(facts.scanned));
        let mut found: Vec<Advice> = Vec::new();
        for facts in scans {
            let advice = propose(&self.connection, &facts.sql).map_err(Error::of("advise", &self.path))?;
            for (index, plan, plan_with) in advice {
                if found.iter().all(|known| known.index != index) {
                    found.push(Advice { index, statement: facts.sql.clone(), scanned: facts.scanned, plan, plan_with });
                }
            }
        }
        Ok(found)
    }
}

/// The indexes that would avoid a scan, with the plans without and with each.
fn propose(connection: &Connection, sql: &str) -> rusqlite::Result<Vec<(String, String, String)>> {
    // Statements that cannot be explained, such as COMMIT, scan nothing.
    let Ok(now) = plan(connection, sql) else { return Ok(Vec::new()) };
    let scratch = empty_copy(connection)?;
    let mut found = Vec::new();
    for table in scanned(&now) {
        let columns = columns(connection, table)?;
        let columns = wanted(sql, &columns);
        if columns.is_empty() {
            continue;
        }
        let index =
            format!("CREATE INDEX IF NOT EXISTS {table}_{} ON {table} ({})", columns.join("_"), columns.join(", "));
        scratch.execute_batch(&index)?;
        let with = plan(&scratch, sql)?;
        if scanned(&with).filter(|other| *other == table).count()
            < scanned(&now).filter(|other| *other == table).count()
        {
            found.push((index, now.clone(), with));
        }
    }
    Ok(found)
}

/// The tables with a full scan in a plan.
fn scanned(plan: &str) -> impl Iterator<Item = &str> {
    let scans = plan.lines().filter_map(|step| step.strip_prefix("SCAN "));
    scans.filter(|table| !table.contains(' '))
}

/// The same schema without rows.
fn empty_copy(connection: &Connection) -> rusqlite::Result<Connection> {
    let scratch = Connection::open_in_memory()?;
    let mut statement = connection.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let sql: String = row.get(0)?;
        // SQLite creates its own tables itself.
        if !sql.contains("sqlite_") {
            scratch.execute_batch(&sql)?;
        }
    }
    Ok(scratch)
}

fn columns(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?)")?;
    statement.query_map([table], |row| row.get(0))?.collect()
}

/// The columns of an index for the statement: those compared for equality, then the first one with a range, or else
/// those that order the rows.
fn wanted<'a>(sql: &str, columns: &'a [String]) -> Vec<&'a str> {
    let words = words(sql);
    let find = |word: &&str| columns.iter().find(|column| column.eq_ignore_ascii_case(word)).map(String::as_str);
    let compared = |operators: &[&str]| -> Vec<_> {
        let pairs = words.windows(2).filter(|pair| operators.contains(&&*pair[1].to_ascii_uppercase()));
        pairs.filter_map(|pair| find(&pair[0])).collect()
    };
    let conditions = words.iter().position(|word| word.eq_ignore_ascii_case("WHERE"));
    let order = words.iter().position(|word| word.eq_ignore_ascii_case("ORDER"));
    let mut found = if conditions.is_some() { compared(&["=", "IN", "IS"]) } else { Vec::new() };
    let bounds = compared(&["<", ">", "BETWEEN"]);
    let ordered = || order.map_or(vec![], |at| words[at..].iter().filter_map(find).collect());
    found.extend(if bounds.is_empty() { ordered() } else { bounds[..1].to_vec() });
    let mut seen = Vec::new();
    found.retain(|column| {
        !seen.contains(column) && {
            seen.push(*column);
            true
        }
    });
    found
}

/// Names and operators, in order.
fn words(sql: &str) -> Vec<&str> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let mut words = Vec::new();
    let mut rest = sql.trim_start();
    while let Some(first) = rest.chars().next() {
        let len = if is_name(first) { rest.find(|c| !is_name(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        words.push(&rest[..len]);
        rest = rest[len..].trim_start();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::fixture::{add, facts, ledger};
    use crate::ledger::statistics::profile::Statements;
    use crate::ledger::{Change, Config};

    /// The proposals after these statements have run in a ledger with segments and without their index.
    fn advice(statements: &[&str]) -> Vec<Advice> {
        let (_directory, path, mut writer) = ledger();
        let segments = (0..50).map(|number| Change::AddSegment { series: 1, facts: facts(number, number as i64 * 10) });
        writer.commit(&std::iter::once(add(1)).chain(segments).collect::<Vec<_>>()).expect("committed");
        writer.connection.execute_batch("DROP INDEX segment_series").expect("dropped");
        let profile = writer.profile();
        for sql in statements {
            let statements = Statements { connection: &writer.connection, profile: &profile };
            statements.run(sql, |statement| statement.raw_query().next().map(drop)).expect("runs");
        }
        Reader::open(&path, &Config::default(), profile).expect("opens").advise().expect("advised")
    }

    #[test]
    fn scans_that_were_seen_are_spared() {
        let sql = "SELECT number FROM segment WHERE series = 1 AND first_time > 30";
        let found = advice(&[sql, "SELECT number FROM segment WHERE bytes = 5 ORDER BY rows"]);
        let indexes: Vec<_> = found.iter().map(|advice| &*advice.index).collect();
        let second = "CREATE INDEX IF NOT EXISTS segment_bytes_rows ON segment (bytes, rows)";
        assert!(
            indexes.contains(&"CREATE INDEX IF NOT EXISTS segment_series_first_time ON segment (series, first_time)"),
            "{indexes:?}"
        );
        assert!(indexes.contains(&second), "{indexes:?}");
        let one = found.iter().find(|advice| advice.statement == sql).expect("found");
        assert!(
            one.scanned > 0 && one.plan == "SCAN segment" && one.plan_with.contains("segment_series_first_time"),
            "{one:?}"
        );
    }

    #[test]
    fn what_no_index_spares_is_left_alone() {
        assert_eq!(advice(&["SELECT sum(rows) FROM segment", "SELECT number FROM segment WHERE rows + 1 > 5"]), []);
        assert_eq!(advice(&["SELECT rows FROM segment WHERE number = 3"]), []);
    }
}

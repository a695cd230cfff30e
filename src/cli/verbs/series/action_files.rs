//! Files of splits and dividends.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use atrad::rpc::proto::{CorporateAction, CorporateActionKind};
use clap::ValueEnum;

use crate::cli::{Error, times};

/// A kind of actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    Split,
    Dividend,
}

impl Kind {
    /// The value of an action from its text.
    fn value(self, text: &str) -> Result<f64, String> {
        match self {
            Self::Split => ratio(text),
            Self::Dividend => number(text),
        }
    }
}

impl From<Kind> for i32 {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Split => CorporateActionKind::Split.into(),
            Kind::Dividend => CorporateActionKind::Dividend.into(),
        }
    }
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Time,
    Symbol,
    Kind,
    Value,
    Split,
    Dividend,
}

/// The role of a column by its name in a header.
fn role(name: &str) -> Option<Role> {
    let name = name.trim().trim_start_matches('\u{feff}').to_ascii_lowercase().replace(['_', '-'], " ");
    Some(match &*name {
        "date" | "ex date" | "exdate" | "ex time" | "time" => Role::Time,
        "symbol" | "ticker" => Role::Symbol,
        "kind" | "type" | "action" => Role::Kind,
        "value" | "ratio" | "amount" => Role::Value,
        "split" | "splits" | "stock splits" | "split ratio" => Role::Split,
        "dividend" | "dividends" | "cash amount" => Role::Dividend,
        _ => return None,
    })
}

/// Adds the actions of a CSV file.
pub(super) fn read(
    path: &Path,
    file: impl io::Read,
    symbol: Option<&str>,
    symbols: &mut BTreeMap<String, Vec<CorporateAction>>,
) -> Result<(), Error> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(file);
    let header = reader.headers().map_err(|error| wrong(path, &error.to_string()))?;
    let roles: Vec<_> = header.iter().map(role).collect();
    let has = |role| roles.contains(&Some(role));
    let has_kinds = has(Role::Kind) && has(Role::Value);
    if !has(Role::Time) || !(has_kinds || has(Role::Split) || has(Role::Dividend)) {
        let found = header.iter().collect::<Vec<_>>().join(", ");
        let needed = "it needs the columns date, and kind and value, or split or dividend";
        return Err(wrong(path, &format!("{needed}; it has {found}")));
    }
    if symbol.is_none() && !has(Role::Symbol) {
        return Err(wrong(path, "it has no column symbol; give --symbol"));
    }
    for record in reader.records() {
        let record = record.map_err(|error| wrong(path, &error.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let wrong = |why: String| wrong(path, &format!("line {line}: {why}"));
        let cell = |wanted: Role| {
            let at = roles.iter().position(|role| *role == Some(wanted))?;
            record.get(at).filter(|text| !text.is_empty())
        };
        let found = row_actions(&cell).map_err(wrong)?;
        let name = if has(Role::Symbol) { cell(Role::Symbol) } else { symbol };
        match name {
            _ if found.is_empty() => {}
            Some(name) if symbol.is_some_and(|only| only != name) => {}
            Some(name) => {
                let actions = symbols.entry(name.to_owned()).or_default();
                // Files overlap.
                actions.extend(found.into_iter().filter(|action| !actions.contains(action)).collect::<Vec<_>>());
            }
            None => return Err(wrong("the symbol is missing".into())),
        }
    }
    Ok(())
}

/// The actions of a row: of its kind, or of the columns of each kind.
fn row_actions<'a>(cell: &impl Fn(Role) -> Option<&'a str>) -> Result<Vec<CorporateAction>, String> {
    let time = || {
        let text = cell(Role::Time).ok_or("the date is missing")?;
        ex_time(text).ok_or_else(|| format!("{text} is not a date as in 2020-08-31"))
    };
    if cell(Role::Kind).is_none() && cell(Role::Value).is_some() {
        return Err("the kind is missing".into());
    }
    let mut actions = Vec::new();
    if let (Some(kind), value) = (cell(Role::Kind), cell(Role::Value)) {
        let kind = match &*kind.to_ascii_lowercase() {
            "split" | "stock split" | "reverse split" => Kind::Split,
            "dividend" | "div" | "cash dividend" => Kind::Dividend,
            _ => return Err(format!("{kind} is not split or dividend")),
        };
        let value = kind.value(value.ok_or("the value is missing")?)?;
        actions.push(CorporateAction { ex_time: time()?, kind: kind.into(), value });
    }
    for (kind, text) in [(Kind::Split, cell(Role::Split)), (Kind::Dividend, cell(Role::Dividend))] {
        let value = text.map_or(Ok(0.0), |text| kind.value(text))?;
        // Yahoo writes 0 where there is none.
        if value != 0.0 {
            actions.push(CorporateAction { ex_time: time()?, kind: kind.into(), value });
        }
    }
    Ok(actions)
}

/// The beginning of an ex-date, before which bars are adjusted. A midnight with an offset is a date, whose bars open at that
/// instant or at 00:00 UTC of it, as their file says: the earlier of the two leaves either bar of the ex-date as it is, and
/// is after either bar of the day before.
fn ex_time(text: &str) -> Option<i64> {
    let date = times::read(civil(text))?;
    let instant = times::read(&text.replacen(' ', "T", 1));
    Some(instant.map_or(date, |instant| instant.min(date)))
}

/// The date of a midnight: yfinance writes `2014-06-09 00:00:00-04:00` for an ex-date, and bars of dates open at 00:00 UTC.
fn civil(text: &str) -> &str {
    let midnight = |rest: &str| {
        let rest = rest.strip_prefix([' ', 'T'])?.strip_prefix("00:00")?;
        let rest = rest.strip_prefix(":00").unwrap_or(rest);
        rest.trim_start_matches(['.', '0']).chars().next().is_none_or(|next| "+-Z".contains(next)).then_some(())
    };
    match text.split_at_checked(10) {
        Some((date, rest)) if midnight(rest).is_some() => date,
        _ => text,
    }
}

/// A ratio of new shares to old ones: `4`, `4:1` or `4/1`.
pub(super) fn ratio(text: &str) -> Result<f64, String> {
    match text.split_once([':', '/']) {
        Some((new, old)) => match (number(new)?, number(old)?) {
            (_, 0.0) => Err(format!("{text} is not a ratio as in 4, 4:1 or 1:10")),
            (new, old) => Ok(new / old),
        },
        None => number(text),
    }
}

fn number(text: &str) -> Result<f64, String> {
    let value = text.trim().parse::<f64>().ok().filter(|value| value.is_finite());
    value.ok_or_else(|| format!("{text} is not a number"))
}

pub(super) fn wrong(path: &Path, why: &str) -> Error {
    Error::NoBars { path: path.into(), why: why.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000_000_000;

    fn actions(text: &str, symbol: Option<&str>) -> Result<Vec<(String, i64, i32, f64)>, String> {
        let mut symbols = BTreeMap::new();
        read(Path::new("f.csv"), text.as_bytes(), symbol, &mut symbols).map_err(|error| error.to_string())?;
        let of = |(symbol, actions): (String, Vec<CorporateAction>)| {
            actions.into_iter().map(move |action| (symbol.clone(), action.ex_time / DAY, action.kind, action.value))
        };
        Ok(symbols.into_iter().flat_map(of).collect())
    }

    #[test]
    fn files_of_all_shapes_are_read() {
        let (split, dividend): (i32, i32) = (Kind::Split.into(), Kind::Dividend.into());
        let of = |symbol: &str, day, kind, value| (symbol.to_owned(), day, kind, value);
        let own =
            "symbol,ex_date,kind,value\nA,1970-01-03,split,4:1\nB,1970-01-04,dividend,0.25\nA,1970-01-05,Split,0.1\n";
        let expected = [of("A", 2, split, 4.0), of("A", 4, split, 0.1), of("B", 3, dividend, 0.25)];
        assert_eq!(actions(own, None).expect("read"), expected);
        let twice = "symbol,date,split\nA,1970-01-03,4\nB,1970-01-03,2\nA,1970-01-03,4\n";
        assert_eq!(actions(twice, Some("A")).expect("read"), [of("A", 2, split, 4.0)], "only this symbol, once");
        let yahoo = "Date,Close,Dividends,Stock Splits\n1970-01-02,5,0.0,0.0\n1970-01-03,5,0.5,2/1\n1970-01-04,5,,\n";
        let expected = [of("X", 2, split, 2.0), of("X", 2, dividend, 0.5)];
        assert_eq!(actions(yahoo, Some("X")).expect("read"), expected);
    }

    #[test]
    fn midnight_anywhere_is_its_date() {
        for (text, date) in [
            ("2014-06-09 00:00:00-04:00", "2014-06-09"),
            ("2014-06-09T00:00+09:00", "2014-06-09"),
            ("2014-06-09 00:00:00", "2014-06-09"),
            ("2014-06-09T00:00:00.000Z", "2014-06-09"),
            ("2014-06-09 04:00:00-04:00", "2014-06-09 04:00:00-04:00"),
            ("2014-06-09T00:00:30Z", "2014-06-09T00:00:30Z"),
            ("1402272000", "1402272000"),
        ] {
            assert_eq!(civil(text), date);
        }
        // The bar of the ex-date opens then or at 00:00 UTC, and no bar of the day before is as late.
        for (text, begins) in [
            ("2024-06-10 00:00:00-04:00", "2024-06-10"),
            ("2024-06-10 00:00:00+09:00", "2024-06-09T15:00:00Z"),
            ("2024-06-10", "2024-06-10"),
        ] {
            assert_eq!(ex_time(text), times::read(begins), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, symbol, part) in [
            ("date,close\n1970-01-01,5\n", Some("X"), "it needs the columns date, and kind and value"),
            ("date,split\n1970-01-01,5\n", None, "give --symbol"),
            ("date,split\n1970-01-01,5:0\n", Some("X"), "line 2: 5:0 is not a ratio"),
            ("date,split\n1970-01-01,x\n", Some("X"), "line 2: x is not a number"),
            ("date,split\n1970-01-41,2\n", Some("X"), "line 2: 1970-01-41 is not a date"),
            ("date,kind,value\n1970-01-01,merger,2\n", Some("X"), "line 2: merger is not split or dividend"),
            ("date,kind,value\n1970-01-01,split,\n", Some("X"), "line 2: the value is missing"),
            ("date,kind,value\n1970-01-01,,7\n", Some("X"), "line 2: the kind is missing"),
            ("date,symbol,split\n1970-01-01,,2\n", None, "line 2: the symbol is missing"),
            ("date,dividend\n1970-01-01,NaN\n", Some("X"), "line 2: NaN is not a number"),
        ] {
            let error = actions(text, symbol).expect_err("refused");
            assert!(error.starts_with("f.csv: ") && error.contains(part), "{error}");
        }
    }
}

//! Maps the columns of a file to roles, by their usual names or as the caller says.

use std::fmt;
use std::str::FromStr;

/// The role of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Time,
    Open,
    High,
    Low,
    Close,
    Volume,
    /// The time of day, where `Time` is only the date.
    Clock,
    Symbol,
    Timeframe,
}

use Role::{Clock, Close, High, Low, Open, Symbol, Time, Timeframe, Volume};

/// The roles, in the order of their places.
const ROLES: [Role; 9] = [Time, Open, High, Low, Close, Volume, Clock, Symbol, Timeframe];

/// The required columns of a bar.
const NEEDED: usize = 6;

/// The names of each column in headers, lower case and bare of `<>`, the most exact first. An empty name is how some
/// programs write the index of a table.
const NAMES: [&[&str]; ROLES.len()] = [
    &[
        "ts",
        "open_time",
        "open time",
        "opentime",
        "timestamp",
        "unix",
        "unix timestamp",
        "datetime",
        "date_time",
        "time",
        "date",
        "dtyyyymmdd",
        "price",
        "",
    ],
    &["open", "o"],
    &["high", "h"],
    &["low", "l"],
    &["close", "c"],
    &["volume", "vol", "v", "tickvol", "tick_volume"],
    &[],
    &["symbol", "ticker", "pair", "instrument", "tic", "sym"],
    &["timeframe", "interval", "resolution", "per"],
];

/// The index of the column of each role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    /// The columns of the file, as it names them.
    header: Vec<String>,
    places: [Option<usize>; ROLES.len()],
}

/// A choice of the caller: a role and the column that has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    role: Role,
    /// The name of the column, or its number from 1; `None` when no column has the role.
    column: Option<String>,
}

impl Role {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Time => "time",
            Open => "open",
            High => "high",
            Low => "low",
            Close => "close",
            Volume => "volume",
            Clock => "clock",
            Symbol => "symbol",
            Timeframe => "timeframe",
        }
    }
}

impl FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (role, column) = text.split_once('=').ok_or("must be ROLE=COLUMN, as in time=Date")?;
        let role = ROLES
            .into_iter()
            .find(|known| known.name() == role)
            .ok_or_else(|| format!("role must be one of {}, got {role:?}", ROLES.map(Role::name).join(", ")))?;
        let column = (column != "none").then(|| column.to_owned());
        match role {
            Time | Open | High | Low | Close if column.is_none() => {
                Err(format!("{} must be a column, got none", role.name()))
            }
            _ => Ok(Self { role, column }),
        }
    }
}

impl Layout {
    /// The layout of a header.
    pub(crate) fn of(header: &[&str], choices: &[Choice]) -> Result<Self, String> {
        let header: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
        let plain: Vec<String> = header.iter().map(|name| plain(name)).collect();
        let mut layout = Self { header, places: [None; ROLES.len()] };
        for (role, names) in ROLES.into_iter().zip(NAMES) {
            layout.places[role as usize] = match choices.iter().find(|choice| choice.role == role) {
                Some(choice) => layout.chosen(choice)?,
                None => layout.recognized(role, names, &plain)?,
            };
        }
        let free = |role: Role| choices.iter().all(|choice| choice.role != role);
        // A date and a time of day, if there is no better time column.
        let named = |name: &str| plain.iter().position(|given| given == name);
        if let (Some(date), Some(clock)) = (named("date").or(named("dtyyyymmdd")), named("time"))
            && layout.places[Time as usize] == Some(clock)
            && free(Time)
            && free(Clock)
        {
            layout.places[Time as usize] = Some(date);
            layout.places[Clock as usize] = Some(clock);
        }
        layout.whole(choices)
    }

    /// The layout of a file without a header, with columns in the order of `ROLES`.
    pub(crate) fn of_numbered(columns: usize, offset: usize, choices: &[Choice]) -> Result<Self, String> {
        let header = (1..=columns).map(|number| number.to_string()).collect();
        let mut layout = Self { header, places: [None; ROLES.len()] };
        for place in 0..NEEDED {
            layout.places[place] = Some(place + offset);
        }
        for choice in choices {
            layout.places[choice.role as usize] = layout.chosen(choice)?;
        }
        layout.whole(choices)
    }

    /// The index of the column of a role.
    pub(crate) fn place(&self, role: Role) -> Option<usize> {
        self.places[role as usize]
    }

    /// The number of columns to parse: up to the last with a role.
    pub(crate) fn width(&self) -> usize {
        self.used().last().map_or(0, |last| last + 1)
    }

    /// The columns that have a role, in their order.
    pub(crate) fn used(&self) -> Vec<usize> {
        let mut used: Vec<usize> = self.places.iter().flatten().copied().collect();
        used.sort_unstable();
        used.dedup();
        used
    }

    /// Whether the file names the series of each bar.
    pub(crate) fn names_series(&self) -> bool {
        self.place(Symbol).is_some() || self.place(Timeframe).is_some()
    }

    /// The columns without a role.
    pub(crate) fn ignored(&self) -> Vec<&str> {
        let used = |at: &usize| !self.places.contains(&Some(*at));
        (0..self.header.len()).filter(used).map(|at| &*self.header[at]).filter(|name| !name.is_empty()).collect()
    }

    /// The roles and the columns that have them.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (&'static str, &str)> {
        ROLES.into_iter().filter_map(|role| Some((role.name(), &*self.header[self.place(role)?])))
    }

    fn whole(self, choices: &[Choice]) -> Result<Self, String> {
        for role in &ROLES[..NEEDED] {
            if self.place(*role).is_none() && !choices.iter().any(|choice| choice.role == *role) {
                let names = NAMES[*role as usize].iter().filter(|name| !name.is_empty()).copied();
                let none = if *role == Volume { ", or with volume=none to store 0" } else { "" };
                return Err(format!(
                    "no column for {name}, which is called one of {}; the columns are {:?}; say which it is with \
                     --columns {name}=COLUMN{none}",
                    names.collect::<Vec<_>>().join(", "),
                    self.header,
                    name = role.name(),
                ));
            }
        }
        Ok(self)
    }

    fn recognized(&self, role: Role, names: &[&str], plain: &[String]) -> Result<Option<usize>, String> {
        for name in names {
            let mut found = (0..plain.len()).filter(|&at| plain[at] == *name);
            if let Some(at) = found.next() {
                return match found.next() {
                    None => Ok(Some(at)),
                    Some(second) => Err(format!(
                        "columns {} and {} are both named {:?}; say which is the {role} with --columns {role}=NUMBER",
                        at + 1,
                        second + 1,
                        self.header[at],
                        role = role.name(),
                    )),
                };
            }
        }
        // As in `Volume BTC` beside `Volume USDT`: of the base asset first.
        let start = |name: &String| role == Volume && name.starts_with("volume ");
        Ok(plain.iter().position(start))
    }

    fn chosen(&self, choice: &Choice) -> Result<Option<usize>, String> {
        let Some(column) = &choice.column else { return Ok(None) };
        let numbered = || column.parse::<usize>().ok()?.checked_sub(1).filter(|&at| at < self.header.len());
        let place = self.header.iter().position(|name| name == column);
        let place = place.or_else(|| self.header.iter().position(|name| name.eq_ignore_ascii_case(column)));
        place.or_else(numbered).map(Some).ok_or_else(|| {
            format!("no column {column:?} for {}; the columns are {:?}", choice.role.name(), self.header)
        })
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns: Vec<_> = self.columns().map(|(role, column)| format!("{role}={column}")).collect();
        f.write_str(&columns.join(","))
    }
}

fn plain(name: &str) -> String {
    name.trim_matches(['<', '>', '"', ' ']).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(header: &str, choices: &[&str]) -> String {
        let header: Vec<&str> = header.split(',').collect();
        let choices: Vec<Choice> = choices.iter().map(|choice| choice.parse().expect("legal")).collect();
        match Layout::of(&header, &choices) {
            Ok(layout) => layout.to_string(),
            Err(why) => why,
        }
    }

    #[test]
    fn headers_people_use_are_understood() {
        let plain = "time=time,open=open,high=high,low=low,close=close,volume=volume";
        assert_eq!(told("time,open,high,low,close,volume", &[]), plain);
        for (header, expected) in [
            (
                "Date,Open,High,Low,Close,Adj Close,Volume",
                "time=Date,open=Open,high=High,low=Low,close=Close,volume=Volume",
            ),
            (
                "unix,date,symbol,open,high,low,close,Volume BTC,Volume USDT,tradecount",
                "time=unix,open=open,high=high,low=low,close=close,volume=Volume BTC,symbol=symbol",
            ),
            (
                "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>",
                "time=<DATE>,open=<OPEN>,high=<HIGH>,low=<LOW>,close=<CLOSE>,volume=<VOL>,clock=<TIME>,symbol=<TICKER>,timeframe=<PER>",
            ),
            (",o,h,l,c,v", "time=,open=o,high=h,low=l,close=c,volume=v"),
        ] {
            assert_eq!(told(header, &[]), expected);
        }
    }

    #[test]
    fn the_caller_has_the_last_word() {
        let header = "date,open,high,low,close,Adj Close,lots";
        let expected = "time=date,open=open,high=high,low=low,close=Adj Close,volume=lots";
        assert_eq!(told(header, &["close=adj close", "volume=7"]), expected);
        assert_eq!(told(header, &["volume=none"]), "time=date,open=open,high=high,low=low,close=close");
        assert!(told(header, &["volume=sales"]).contains("no column \"sales\" for volume"));
        assert!("volume".parse::<Choice>().is_err() && "size=v".parse::<Choice>().is_err());
        assert!("close=none".parse::<Choice>().is_err());
    }

    #[test]
    fn what_is_not_clear_is_refused() {
        assert!(told("date,open,high,low,close,Close,volume", &[]).contains("columns 5 and 6 are both named"));
        assert!(told("date,open,high,low,close", &[]).contains("volume=none"));
        assert!(told("a,b", &[]).contains("no column for time"));
    }
}

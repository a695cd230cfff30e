//! Maps the columns of a file to roles, by their usual names or as the caller says.

use std::fmt;

use atrad::series::ColumnName;

use super::choice::{Choice, Choices, Extras};
use super::exporters::{self, Exporter};
use super::lists::List;
use super::role::{NAMES, NEEDED, ROLES, Role, plain};
use crate::cli::files::number::Style;
use crate::cli::files::time::{Order, Zone};

/// The column of each role.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    /// The columns of the file, as it names them.
    header: Vec<String>,
    places: [Option<usize>; ROLES.len()],
    /// The extra columns, by their name in the series.
    extras: Vec<(ColumnName, usize)>,
    /// The exporter whose header this is.
    exporter: Option<&'static Exporter>,
    /// The order that was taken for columns without names.
    list: Option<List>,
    /// Columns that can be the volume where the chosen one is 0 throughout.
    other_volumes: Vec<usize>,
    /// The zone that the name of the time column says, as in `Time (EET)`.
    zone: Option<Zone>,
}

impl Layout {
    /// The layout of a header.
    pub(crate) fn of(header: &[&str], choices: &Choices, extras: &Extras) -> Result<Self, String> {
        let header: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
        let plain: Vec<String> = header.iter().map(|name| plain(name)).collect();
        let exporter = exporters::of(&plain);
        let mut layout = Self { exporter, ..Self::empty(header) };
        // An extra column such as `ts` or `ticker` is only that, unless no other column can be what a bar needs.
        let mut free = plain.clone();
        for at in extras.0.iter().filter_map(|extra| layout.named(&extra.column)) {
            free[at] = String::from("\0");
        }
        for (at, (role, names)) in ROLES.into_iter().zip(NAMES).enumerate() {
            layout.places[role as usize] = match choices.find(role) {
                Some(choice) => layout.chosen(choice)?,
                None => match layout.recognized(role, names, &free)? {
                    None if at < NEEDED => layout.recognized(role, names, &plain)?,
                    found => found,
                },
            };
        }
        layout.part_date_and_clock(choices, &free);
        if choices.find(Role::Volume).is_none() {
            let is_other = |at: &usize| Some(*at) != layout.place(Role::Volume) && VOLUMES.contains(&&*free[*at]);
            layout.other_volumes = (0..plain.len()).filter(is_other).collect();
        }
        layout.with_extras(extras)?.whole(choices)
    }

    /// The layout of a file without a header, with columns in the order of a list, or as the caller says; without a list
    /// that is for all of them.
    pub(crate) fn of_list(
        columns: usize,
        offset: usize,
        list: Option<List>,
        choices: &Choices,
        extras: &Extras,
    ) -> Result<Self, String> {
        let header = (1..=columns).map(|number| number.to_string()).collect();
        let mut layout = Self { list: list.filter(|_| choices.is_empty()), ..Self::empty(header) };
        for (role, at) in list.into_iter().flat_map(List::places) {
            layout.places[role as usize] = Some(at + offset);
        }
        for choice in &choices.0 {
            layout.places[choice.role as usize] = layout.chosen(choice)?;
        }
        layout.with_extras(extras)?.whole(choices)
    }

    fn empty(header: Vec<String>) -> Self {
        let (places, extras, other_volumes) = ([None; ROLES.len()], Vec::new(), Vec::new());
        Self { header, places, extras, exporter: None, list: None, other_volumes, zone: None }
    }

    /// The index of the column of a role.
    pub(crate) fn place(&self, role: Role) -> Option<usize> {
        self.places[role as usize]
    }

    /// The extra columns: name and index.
    pub(crate) fn extras(&self) -> &[(ColumnName, usize)] {
        &self.extras
    }

    /// The number of columns of the file.
    pub(crate) fn column_count(&self) -> usize {
        self.header.len()
    }

    /// The number of columns to parse: up to the last with a role.
    pub(crate) fn width(&self) -> usize {
        self.used().last().map_or(0, |last| last + 1)
    }

    /// The columns that have a role, or could have that of the volume, in their order.
    pub(crate) fn used(&self) -> Vec<usize> {
        let extras = self.extras.iter().map(|(_, at)| at);
        let mut used: Vec<usize> =
            self.places.iter().flatten().chain(extras).chain(&self.other_volumes).copied().collect();
        used.sort_unstable();
        used.dedup();
        used
    }

    /// Whether the file names the series of each bar.
    pub(crate) fn names_series(&self) -> bool {
        self.place(Role::Symbol).is_some() || self.place(Role::Timeframe).is_some()
    }

    /// The list that was taken for the columns, if they have no names.
    pub(crate) fn list(&self) -> Option<List> {
        self.list
    }

    /// Columns that can be the volume where the chosen one is 0 throughout.
    pub(crate) fn other_volumes(&self) -> &[usize] {
        &self.other_volumes
    }

    /// Takes another column for the volume.
    pub(crate) fn set_volume(&mut self, at: usize) {
        self.places[Role::Volume as usize] = Some(at);
    }

    /// Forgets the other columns that could be the volume.
    pub(crate) fn decided(mut self) -> Self {
        self.other_volumes.clear();
        self
    }

    /// How the exporter writes numbers.
    pub(crate) fn numbers(&self) -> Option<Style> {
        self.exporter.map(|exporter| exporter.numbers)
    }

    /// What is taken for granted because of the exporter.
    pub(crate) fn note(&self) -> Option<String> {
        let Exporter { name, numbers, .. } = self.exporter?;
        let marks = match (numbers.nanos, numbers.thousands) {
            (true, _) => "prices without a decimal point are in billionths".into(),
            (false, Some(mark)) => format!("{mark:?} separates thousands"),
            (false, None) => return None,
        };
        Some(format!("the columns are those of {name}: {marks}"))
    }

    /// How the exporter orders day and month.
    pub(crate) fn order(&self) -> Option<Order> {
        self.exporter?.order
    }

    /// The zone that the name of the time column says.
    pub(crate) fn zone(&self) -> Option<&Zone> {
        self.zone.as_ref()
    }

    /// Whether the time column has no name.
    pub(crate) fn is_time_unnamed(&self) -> bool {
        self.list.is_none() && self.place(Role::Time).is_some_and(|at| plain(&self.header[at]).is_empty())
    }

    /// The name of a column.
    pub(crate) fn name(&self, at: usize) -> &str {
        &self.header[at]
    }

    /// The columns without a role.
    pub(crate) fn ignored(&self) -> Vec<&str> {
        let used = |at: &usize| !self.places.contains(&Some(*at)) && !self.extras.iter().any(|(_, extra)| extra == at);
        (0..self.header.len()).filter(used).map(|at| &*self.header[at]).filter(|name| !name.is_empty()).collect()
    }

    /// The roles and the columns that have them.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (&str, &str)> {
        let roles = ROLES.into_iter().filter_map(|role| Some((role.name(), &*self.header[self.place(role)?])));
        roles.chain(self.extras.iter().map(|(name, at)| (name.as_str(), &*self.header[*at])))
    }

    /// A date and a time of day, if there is no better time column.
    fn part_date_and_clock(&mut self, choices: &Choices, plain: &[String]) {
        let named = |name: &str| plain.iter().position(|given| given == name);
        let free = choices.find(Role::Time).is_none() && choices.find(Role::Clock).is_none();
        if let (Some(date), Some(clock), true) = (named("date").or(named("dtyyyymmdd")), named("time"), free)
            && self.place(Role::Time) == Some(clock)
        {
            self.places[Role::Time as usize] = Some(date);
            self.places[Role::Clock as usize] = Some(clock);
        }
    }

    fn with_extras(mut self, extras: &Extras) -> Result<Self, String> {
        for extra in &extras.0 {
            let at = self.named(&extra.column).ok_or_else(|| {
                format!("no column {:?} for {}; the columns are {:?}", extra.column, extra.name, self.header)
            })?;
            self.extras.push((extra.name, at));
        }
        Ok(self)
    }

    fn whole(self, choices: &Choices) -> Result<Self, String> {
        for role in &ROLES[..NEEDED] {
            if self.place(*role).is_none() && choices.find(*role).is_none() {
                let none = if *role == Role::Volume { ", or with volume=none to store 0" } else { "" };
                return Err(format!(
                    "no column for {name}; the columns are {:?}; say which it is with --columns {name}=COLUMN{none}",
                    self.header,
                    name = role.name(),
                ));
            }
        }
        Ok(self)
    }

    fn recognized(&mut self, role: Role, names: &[&str], plain: &[String]) -> Result<Option<usize>, String> {
        let own = self.exporter.and_then(|exporter| exporter.roles.iter().find(|(own, _)| *own == role));
        for name in own.iter().map(|(_, name)| name).chain(names) {
            if let Some(at) = self.only(role, |at| plain[at] == *name)? {
                return Ok(Some(at));
            }
        }
        match role {
            Role::Time => {
                for name in names {
                    if let Some((at, zone)) = self.with_zone(name) {
                        self.zone = Some(zone);
                        return Ok(Some(at));
                    }
                }
                // The index of a table, as pandas writes it.
                self.only(role, |at| plain[at].is_empty())
            }
            // As in `Volume BTC` beside `Volume USDT`: of the base asset first.
            Role::Volume => Ok(self.header.iter().position(|name| {
                let (start, rest) = name.split_at_checked(6).unwrap_or(("", ""));
                start.eq_ignore_ascii_case("volume") && rest.starts_with([' ', '_', '('])
            })),
            _ => Ok(None),
        }
    }

    /// The only column of a kind.
    fn only(&self, role: Role, is: impl Fn(usize) -> bool) -> Result<Option<usize>, String> {
        let mut found = (0..self.header.len()).filter(|&at| is(at));
        let (Some(first), second) = (found.next(), found.next()) else { return Ok(None) };
        let Some(second) = second else { return Ok(Some(first)) };
        let role = role.name();
        let which = match self.header[first].is_empty() {
            true => "both have no name".into(),
            false => format!("are both named {:?}", self.header[first]),
        };
        Err(format!(
            "columns {} and {} {which}; say which is the {role} with --columns {role}=NUMBER",
            first + 1,
            second + 1
        ))
    }

    /// A column whose name says its zone, as in `Time (EET)`.
    fn with_zone(&self, name: &str) -> Option<(usize, Zone)> {
        self.header.iter().enumerate().find_map(|(at, given)| {
            let (base, zone) = given.strip_suffix(')')?.split_once('(')?;
            (plain(base) == name).then(|| Some((at, zone.trim().parse().ok()?))).flatten()
        })
    }

    fn chosen(&self, choice: &Choice) -> Result<Option<usize>, String> {
        let Some(column) = &choice.column else { return Ok(None) };
        self.named(column).map(Some).ok_or_else(|| {
            format!("no column {column:?} for {}; the columns are {:?}", choice.role.name(), self.header)
        })
    }

    /// The column of a name, or of a number from 1.
    fn named(&self, column: &str) -> Option<usize> {
        let numbered = || column.parse::<usize>().ok()?.checked_sub(1).filter(|&at| at < self.header.len());
        let same = |name: &String| name == column;
        let place = self.header.iter().position(same);
        place.or_else(|| self.header.iter().position(|name| name.eq_ignore_ascii_case(column))).or_else(numbered)
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns: Vec<_> = self.columns().map(|(role, column)| format!("{role}={column}")).collect();
        f.write_str(&columns.join(","))
    }
}

/// The names of volumes of which a file may have several, one of them 0: those of MetaTrader.
const VOLUMES: [&str; 4] = ["tickvol", "tickvolume", "vol", "realvolume"];

#[cfg(test)]
mod tests {
    use super::*;

    fn described(header: &str, choices: &[&str]) -> String {
        let header: Vec<&str> = header.split(',').collect();
        let choices: Vec<Choices> = choices.iter().map(|choice| choice.parse().expect("legal")).collect();
        match Layout::of(&header, &Choices::of(&choices), &Extras::default()) {
            Ok(layout) => layout.to_string(),
            Err(why) => why,
        }
    }

    #[test]
    fn headers_people_use_are_understood() {
        let plain = "time=time,open=open,high=high,low=low,close=close,volume=volume";
        assert_eq!(described("time,open,high,low,close,volume", &[]), plain);
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
            (
                "Unnamed: 0,Gmt time,Open,High,Low,Close,Volume",
                "time=Gmt time,open=Open,high=High,low=Low,close=Close,volume=Volume",
            ),
            (
                "Timestamp,Open,High,Low,Close,Volume_(BTC),Volume_(Currency),Weighted_Price",
                "time=Timestamp,open=Open,high=High,low=Low,close=Close,volume=Volume_(BTC)",
            ),
            (
                "Date,Close/Last,Volume,Open,High,Low",
                "time=Date,open=Open,high=High,low=Low,close=Close/Last,volume=Volume",
            ),
            ("Date,Price,Open,High,Low,Vol.,Change %", "time=Date,open=Open,high=High,low=Low,close=Price,volume=Vol."),
            (
                "ticker,volume,open,close,high,low,window_start,transactions",
                "time=window_start,open=open,high=high,low=low,close=close,volume=volume,symbol=ticker",
            ),
            (
                "ts_event,rtype,publisher_id,instrument_id,open,high,low,close,volume,symbol",
                "time=ts_event,open=open,high=high,low=low,close=close,volume=volume,symbol=symbol",
            ),
            (
                "Time (EET),Open,High,Low,Close,Volume ",
                "time=Time (EET),open=Open,high=High,low=Low,close=Close,volume=Volume",
            ),
        ] {
            assert_eq!(described(header, &[]), expected);
        }
    }

    #[test]
    fn an_extra_column_has_no_other_role() {
        let read = |header: &str, extras: &str| {
            let header: Vec<&str> = header.split(',').collect();
            Layout::of(&header, &Choices::default(), &extras.parse().expect("legal")).expect("understood")
        };
        let layout =
            read("time,open,high,low,close,volume,ts,ticker,period,date,tickvol", "ts,ticker,period,date,tickvol");
        let expected = "time=time,open=open,high=high,low=low,close=close,volume=volume,\
                        ts=ts,ticker=ticker,period=period,date=date,tickvol=tickvol";
        assert_eq!((layout.to_string(), layout.other_volumes().len()), (expected.into(), 0));
        // The only volume there is may be an extra column too.
        let layout = read("time,open,high,low,close,tickvol", "ticks=tickvol");
        assert!(layout.to_string().ends_with("volume=tickvol,ticks=tickvol"), "{layout}");
    }

    #[test]
    fn the_caller_has_the_last_word() {
        let header = "date,open,high,low,close,Adj Close,lots";
        let expected = "time=date,open=open,high=high,low=low,close=Adj Close,volume=lots";
        assert_eq!(described(header, &["close=adj close", "volume=7"]), expected);
        assert_eq!(described(header, &["volume=none"]), "time=date,open=open,high=high,low=low,close=close");
        assert!(described(header, &["volume=sales"]).contains("no column \"sales\" for volume"));
    }

    #[test]
    fn what_is_not_clear_is_refused() {
        assert!(described("date,open,high,low,close,Close,volume", &[]).contains("columns 5 and 6 are both named"));
        assert!(described("date,open,high,low,close", &[]).contains("volume=none"));
        assert!(described("a,b", &[]).contains("no column for time"));
        assert!(described(",Unnamed: 1,open,high,low,close,volume", &[]).contains("columns 1 and 2 both have no name"));
    }
}

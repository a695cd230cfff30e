//! Calendars: sessions of exchanges, and days of time zones. Tables and arithmetic, no clock and no files.
//!
//! `generate.py` writes the tables from `exchange_calendars` and the database of time zones of IANA. A calendar is parsed when
//! it is asked for the first time, and then kept.

pub(in crate::series) mod date;
mod exchange;
pub(in crate::series) mod period;
pub(in crate::series) mod place;
pub(in crate::series) mod stretch;
mod zone;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{LazyLock, OnceLock};

use self::date::{DAY, DAY_SECONDS, day_of, parse, text_of};
use self::exchange::{Exchange, gcd};
use self::zone::Zone;
use super::error::Error;

const EXCHANGES: &str = include_str!("exchanges.txt");
const ZONES: &str = include_str!("zones.txt");

/// A calendar: the sessions of an exchange, or the local days of a time zone.
#[derive(Clone, Copy)]
pub struct Calendar(&'static Entry);

struct Entry {
    name: &'static str,
    zone: &'static str,
    /// Its lines in the table of exchanges; none of a zone.
    lines: Option<&'static str>,
    /// The first and the last date.
    days: [i64; 2],
    table: OnceLock<Table>,
    digest: OnceLock<u64>,
}

/// What a calendar is when it is parsed.
enum Table {
    Zone { zone: Zone, grain: i64 },
    Exchange(Exchange),
}

/// All calendars, and the other names of some.
struct Directory {
    entries: Vec<Entry>,
    aliases: Vec<(&'static str, &'static str)>,
}

static DIRECTORY: LazyLock<Directory> = LazyLock::new(Directory::read);

impl Directory {
    fn read() -> Self {
        let (mut entries, mut aliases) = (Vec::new(), vec![("24/7", "Etc/UTC")]);
        let mut rest = EXCHANGES;
        while let Some(at) = rest.find("calendar ") {
            let block = &rest[at..];
            let end = block.find("\ncalendar ").or_else(|| block.find("\nalias ")).unwrap_or(block.len());
            let (first, lines) = block[..end].split_once('\n').unwrap_or((&block[..end], ""));
            if let [_, name, zone, from, to] = first.split(' ').collect::<Vec<_>>()[..]
                && let (Some(from), Some(to)) = (parse(from), parse(to))
            {
                entries.push(Entry {
                    name,
                    zone,
                    lines: Some(lines),
                    days: [from, to],
                    table: OnceLock::new(),
                    digest: OnceLock::new(),
                });
            }
            rest = block[end..].trim_start();
        }
        // West of Greenwich, 1970 begins in the evening of the last date of 1969.
        let days = [-1, day_of(2261, 12, 30)];
        for line in ZONES.lines().chain(rest.lines()) {
            match line.split(' ').take(3).collect::<Vec<_>>()[..] {
                ["zone", name, _] => {
                    entries.push(Entry {
                        name,
                        zone: name,
                        lines: None,
                        days,
                        table: OnceLock::new(),
                        digest: OnceLock::new(),
                    });
                }
                ["link" | "alias", name, of] => aliases.push((name, of)),
                _ => {}
            }
        }
        Self { entries, aliases }
    }
}

/// The line of a zone.
fn zone_line(name: &str) -> Option<&'static str> {
    ZONES.lines().find(|line| line.strip_prefix("zone ").and_then(|line| line.split(' ').next()) == Some(name))
}

impl Entry {
    fn table(&self) -> &Table {
        self.table.get_or_init(|| {
            let zone = zone_line(self.zone).and_then(Zone::parse).expect("the tables are tested: the zone is there");
            match self.lines {
                Some(lines) => {
                    let exchange = Exchange::parse(lines.lines(), &zone, self.days);
                    Table::Exchange(exchange.expect("the tables are tested: each line can be read"))
                }
                None => Table::Zone { grain: zone.offsets().fold(DAY_SECONDS, gcd), zone },
            }
        })
    }
}

impl Calendar {
    /// The calendar of this name: the code of an exchange, a zone of IANA, or another name of these. Case is ignored.
    pub fn find(name: &str) -> Result<Self, Error> {
        let directory = &*DIRECTORY;
        let alias = directory.aliases.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(name));
        let full = alias.map_or(name, |&(_, full)| full);
        let found = directory.entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(full));
        found
            .map(Self)
            .ok_or_else(|| Error::Calendar { given: name.chars().take(64).collect(), nearest: nearest(name) })
    }

    /// All calendars: exchanges by code, then zones by name.
    pub fn all() -> impl Iterator<Item = Self> {
        DIRECTORY.entries.iter().map(Self)
    }

    /// The calendars that have a text in their name, zone or other names, ignoring case: exchanges by code, then zones by name.
    pub fn search(text: &str) -> impl Iterator<Item = Self> + use<> {
        let text = text.to_ascii_lowercase();
        Self::all().filter(move |calendar| {
            let mut names = [calendar.name(), calendar.zone()].into_iter().chain(calendar.other_names());
            names.any(|name| name.to_ascii_lowercase().contains(&text))
        })
    }

    /// Its other names.
    pub fn other_names(self) -> impl Iterator<Item = &'static str> {
        Self::aliases().iter().filter(move |(_, name)| *name == self.name()).map(|&(alias, _)| alias)
    }

    /// The source of its table, as in `exchange_calendars 4.13.2`.
    pub fn source(self) -> &'static str {
        Self::sources()[usize::from(!self.is_exchange())]
    }

    /// The other names of calendars, each with the name it stands for.
    pub fn aliases() -> &'static [(&'static str, &'static str)] {
        &DIRECTORY.aliases
    }

    /// The sources of the tables, as in `exchange_calendars 4.13.2`.
    pub fn sources() -> [&'static str; 2] {
        [EXCHANGES, ZONES].map(|table| {
            let head = table.lines().next().unwrap_or_default();
            head.split_once(" from ").and_then(|(_, rest)| rest.split_once(':')).map_or("", |(source, _)| source)
        })
    }

    fn table(self) -> &'static Table {
        self.0.table()
    }

    /// The first and the last date that it knows.
    fn days(self) -> [i64; 2] {
        self.0.days
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// The zone of its clock, as IANA names it.
    pub fn zone(self) -> &'static str {
        self.0.zone
    }

    /// Whether it has the sessions of an exchange, not all of each day.
    pub fn is_exchange(self) -> bool {
        self.0.lines.is_some()
    }

    /// The first and the last date that it knows, as `YYYY-MM-DD`.
    pub fn reach(self) -> [String; 2] {
        self.days().map(text_of)
    }

    /// The regular hours of its sessions today, on the clock of its zone, as in `09:30-16:00`; `<` is a time of the day before,
    /// `>` of the day after. Empty for a zone.
    pub fn hours(self) -> &'static str {
        let lines = self.0.lines.unwrap_or_default().lines();
        lines.take_while(|line| line.starts_with("hours ")).last().and_then(|line| line.split(' ').nth(3)).unwrap_or("")
    }

    /// Checks that it reaches from one time to another, nanoseconds since the Unix epoch.
    pub fn covers(self, first: i64, last: i64) -> Result<(), Error> {
        // A source bar may be dated by a neighbouring zone, so the last date is known to its end everywhere.
        let [from, to] = self.days();
        let days = [first, last].map(|time| time.div_euclid(DAY));
        let outside = days.into_iter().find(|day| !(from..=to).contains(day));
        match outside {
            None => Ok(()),
            Some(given) => Err(Error::CalendarReach { calendar: self.name(), reach: self.days(), given }),
        }
    }

    /// The identity of its tables: a different one where a session or an offset may be another.
    pub fn digest(self) -> u64 {
        *self.0.digest.get_or_init(|| {
            let lines = [self.0.lines.unwrap_or_default(), zone_line(self.0.zone).unwrap_or_default(), self.0.name];
            // FNV-1a.
            lines
                .iter()
                .flat_map(|text| text.bytes().chain([0]))
                .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
        })
    }
}

impl PartialEq for Calendar {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Calendar {}

impl Hash for Calendar {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

impl fmt::Debug for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name that is most like a text, if one is.
fn nearest(text: &str) -> Option<&'static str> {
    let text = text.to_ascii_lowercase();
    let names = DIRECTORY.entries.iter().map(|entry| entry.name);
    let names = names.chain(DIRECTORY.aliases.iter().map(|&(name, _)| name));
    let near = names.map(|name| {
        let name_lower = name.to_ascii_lowercase();
        // A city stands for its zone.
        let city = name_lower.rsplit('/').next().unwrap_or_default();
        (distance(&text, &name_lower).min(distance(&text, city)), name)
    });
    near.min().filter(|&(edits, _)| 2 * edits <= text.len().min(8)).map(|(_, name)| name)
}

/// The number of edits from one text to another (Levenshtein), by rows.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, byte) in one.bytes().take(64).enumerate() {
        let mut before = at;
        row[0] = at + 1;
        for (column, of_other) in other.bytes().enumerate() {
            let replaced = before + usize::from(byte != of_other);
            before = row[column + 1];
            row[column + 1] = replaced.min(before + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests;

//! Sessions of exchanges, expanded from the table of `generate.py`. All times in nanoseconds since the Unix epoch.

use super::date::{DAY_SECONDS, SECOND, parse, weekday};
use super::zone::Zone;

/// A trading session: from its open to its close.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Session {
    /// Its date.
    pub(super) day: i64,
    pub(super) open: i64,
    pub(super) close: i64,
    /// The begin and the end of its break, both of which are `close` without one.
    pub(super) pause: [i64; 2],
}

/// The sessions of an exchange.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) sessions: Vec<Session>,
    /// The greatest number of seconds of which the regular opens, and the regular ends of breaks, are multiples in UTC.
    pub(super) grain: i64,
}

/// Local seconds after the start of a date: open, begin and end of the break, close.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Hours([i64; 4]);

impl Hours {
    /// Reads `09:30-16:00` or `09:30-12:00,13:00-16:00`.
    fn parse(text: &str) -> Option<Self> {
        let part = |text: &str| {
            let (from, to) = text.split_once('-')?;
            Some([clock(from)?, clock(to)?])
        };
        Some(Self(match text.split_once(',') {
            None => part(text).map(|[open, close]| [open, close, close, close])?,
            Some((before, after)) => [part(before)?, part(after)?].concat().try_into().ok()?,
        }))
    }

    fn session(&self, day: i64, zone: &Zone) -> Session {
        let [open, pause, resumes, close] = self.0.map(|seconds| SECOND * zone.instant(day * DAY_SECONDS + seconds));
        Session { day, open, close, pause: [pause, resumes] }
    }
}

/// Seconds after the start of a date of a time of that day, of the day before (`<`) or of the day after (`>`).
fn clock(text: &str) -> Option<i64> {
    let (days, text) = match text.split_at_checked(1)? {
        ("<", text) => (-1, text),
        (">", text) => (1, text),
        _ => (0, text),
    };
    let (hours, minutes) = text.split_once(':')?;
    Some(DAY_SECONDS * days + 3600 * hours.parse::<i64>().ok()? + 60 * minutes.parse::<i64>().ok()?)
}

impl Exchange {
    /// Reads the lines of a calendar behind the first one: hours, dates without and with sessions.
    pub(super) fn parse<'a>(lines: impl Iterator<Item = &'a str>, zone: &Zone, days: [i64; 2]) -> Option<Self> {
        let (mut rows, mut closed, mut other) = (Vec::new(), Vec::new(), Vec::new());
        for line in lines {
            let mut words = line.split(' ');
            match (words.next()?, words.next()?) {
                ("hours", from) => rows.push((parse(from)?, words.next()?, Hours::parse(words.next()?)?)),
                ("closed", year) => {
                    let date = |word: &str| compact(&format!("{year}{word}"));
                    closed.extend(words.map(date).collect::<Option<Vec<_>>>()?);
                }
                ("on", hours) => {
                    let hours = Hours::parse(hours)?;
                    let date = |word| Some((compact(word)?, hours));
                    other.extend(words.map(date).collect::<Option<Vec<_>>>()?);
                }
                _ => return None,
            }
        }
        other.sort_unstable_by_key(|&(day, _)| day);
        let (mut sessions, mut grain) = (Vec::new(), DAY_SECONDS);
        for day in days[0]..=days[1] {
            if let Ok(at) = other.binary_search_by_key(&day, |&(day, _)| day) {
                sessions.push(other[at].1.session(day, zone));
                continue;
            }
            let (_, weekdays, hours) = rows.iter().rfind(|(from, ..)| *from <= day)?;
            let is_regular = weekdays.bytes().any(|digit| i64::from(digit - b'0') == weekday(day));
            if is_regular && closed.binary_search(&day).is_err() {
                let session = hours.session(day, zone);
                let [_, resumes] = session.pause.map(|time| if time == session.close { session.open } else { time });
                grain = [session.open, resumes].into_iter().fold(grain, |grain, time| gcd(grain, time / SECOND));
                sessions.push(session);
            }
        }
        Some(Self { sessions, grain })
    }
}

/// The date of a `YYYYMMDD`.
fn compact(text: &str) -> Option<i64> {
    let [year, month, day] = [text.get(..4)?, text.get(4..6)?, text.get(6..)?];
    parse(&format!("{year}-{month}-{day}"))
}

/// The greatest common divisor.
pub(super) fn gcd(one: i64, other: i64) -> i64 {
    if other == 0 { one.abs() } else { gcd(other, one % other) }
}

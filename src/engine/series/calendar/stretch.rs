//! Sessions around a time, for values that are made of the times of bars. All times in seconds since the Unix epoch.

use super::date::{DAY_SECONDS, SECOND};
use super::exchange::Exchange;
use super::{Calendar, Table};

/// Times at which the same session is open, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stretch {
    /// The first of these times.
    pub from: i64,
    /// The first time behind them; at the default, there are none.
    pub until: i64,
    /// The date of the session, in days since 1970-01-01; of a zone, the local date. `None` between sessions, and where the
    /// calendar does not reach.
    pub day: Option<i64>,
    /// When the session opened; of a zone, when its clock showed, or would have shown, 00:00.
    pub begin: i64,
}

impl Calendar {
    /// The times around one.
    pub fn stretch(self, time: i64) -> Stretch {
        match self.table() {
            Table::Exchange(exchange) => exchange.stretch(time),
            Table::Zone { zone, .. } => {
                let [first, last] = self.days();
                if time < zone.start(first) || time >= zone.start(last + 1) {
                    return Stretch { from: time, until: time.saturating_add(1), day: None, begin: 0 };
                }
                let day = zone.day(time);
                let (since, until) = zone.span(time);
                let clock = time + zone.offset(time);
                Stretch {
                    from: since.max(zone.start(day)),
                    until: until.min(zone.start(day + 1)),
                    day: Some(day),
                    begin: time - clock.rem_euclid(DAY_SECONDS),
                }
            }
        }
    }

    /// The calendar of a word: a name in lower case, with `_` for `/`.
    pub fn of_word(word: &str) -> Option<Self> {
        let is_word = |name: &str| {
            let same = |(of_name, of_word): (u8, u8)| of_name == of_word || (of_name == b'/' && of_word == b'_');
            name.len() == word.len() && name.bytes().map(|byte| byte.to_ascii_lowercase()).zip(word.bytes()).all(same)
        };
        let named = Self::all().map(Self::name).chain(Self::aliases().iter().map(|&(alias, _)| alias));
        named.into_iter().find(|name| is_word(name)).and_then(|name| Self::find(name).ok())
    }
}

impl Exchange {
    fn stretch(&self, time: i64) -> Stretch {
        let after = self.sessions.partition_point(|session| session.open <= time.saturating_mul(SECOND));
        let next = self.sessions.get(after).map_or(i64::MAX, |session| session.open / SECOND);
        let Some(session) = after.checked_sub(1).map(|at| self.sessions[at]) else {
            return Stretch { from: i64::MIN, until: next, day: None, begin: 0 };
        };
        let (open, close) = (session.open / SECOND, session.close / SECOND);
        if time < close {
            Stretch { from: open, until: close, day: Some(session.day), begin: open }
        } else {
            Stretch { from: close, until: next, day: None, begin: 0 }
        }
    }
}

//! Bars of a calendar around a time.

use super::date::{DAY, DAY_SECONDS, SECOND};
use super::exchange::{Exchange, Session};
use super::period::Period;
use super::zone::Zone;
use super::{Calendar, Table};

/// What becomes of source bars that open outside of sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::series) enum Outside {
    /// They are left out, as trades before and after hours are no part of the prices of a day.
    Omitted,
    /// They belong to the next session: bars of a day and more, which open at the start of their date.
    Next,
}

/// A time in the bars of a calendar. All times in nanoseconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The begin and the end of the bar that spans the time, or that source bars of this time belong to. The end is `None` if
    /// it is beyond the last representable time.
    pub bar: Option<(i64, Option<i64>)>,
    /// Whether source bars that open at this time are part of it.
    pub is_open: bool,
    /// Source bars that open from this time on may be part of it.
    pub from: i64,
    /// Until when all this holds; `None` is for ever.
    pub until: Option<i64>,
}

impl Place {
    /// No bar, until this time.
    fn nowhere(until: Option<i64>) -> Self {
        Self { bar: None, is_open: false, from: i64::MAX, until }
    }
}

impl Calendar {
    /// The bars of a period around a time.
    pub(in crate::series) fn place(self, period: Period, outside: Outside, time: i64) -> Place {
        match self.table() {
            Table::Zone { zone, .. } => self.local(zone, period, time),
            Table::Exchange(exchange) => match (period, outside) {
                (Period::Intraday(length), _) => exchange.part(length, time),
                (_, Outside::Omitted) => exchange.open(period, time),
                (_, Outside::Next) => exchange.next(period, time),
            },
        }
    }

    fn local(self, zone: &Zone, period: Period, time: i64) -> Place {
        let day = zone.day(time.div_euclid(SECOND));
        let [first, last] = self.days();
        if !(first..=last).contains(&day) {
            return Place::nowhere((day < first).then(|| SECOND * zone.start(first)));
        }
        let [begin, end] = period.dates(day).map(|day| SECOND * zone.start(day.clamp(first, last + 1)));
        let (start, end) = match period {
            Period::Intraday(length) => within(begin, end, length, time),
            _ => (begin, end),
        };
        Place { bar: Some((start, Some(end))), is_open: true, from: start, until: Some(end) }
    }

    /// How source bars become bars of a period of this calendar, if they can: their opens must meet those of the sessions.
    /// Bars of days and more can be dates of the exchange.
    pub(in crate::series) fn made_of(self, period: Period, source: Period) -> Option<Outside> {
        let (grain, is_dated) = match self.table() {
            Table::Zone { grain, .. } => (*grain, *grain == DAY_SECONDS),
            Table::Exchange(exchange) => (exchange.grain, true),
        };
        let length = match source {
            Period::Intraday(length) => length,
            Period::Days(days) => days * DAY,
            Period::Months(_) => i64::MAX,
        };
        let meets = grain * SECOND % length == 0;
        let divides = match period {
            Period::Intraday(own) => own % length == 0,
            _ => true,
        };
        if meets && divides {
            return Some(Outside::Omitted);
        }
        (is_dated && period.is_made_of(source)).then_some(Outside::Next)
    }
}

/// The interval of a length that contains a time, counted from a begin and cut at an end.
fn within(begin: i64, end: i64, length: i64, time: i64) -> (i64, i64) {
    let start = time - (time - begin) % length;
    (start, start.saturating_add(length).min(end))
}

impl Exchange {
    /// The index of the first session that opens after a time.
    fn after(&self, time: i64) -> usize {
        self.sessions.partition_point(|session| session.open <= time)
    }

    fn opens(&self, index: usize) -> Option<i64> {
        self.sessions.get(index).map(|session| session.open)
    }

    /// The indices of the sessions of the period of a date.
    fn sessions_of(&self, period: Period, day: i64) -> [usize; 2] {
        period.dates(day).map(|date| self.sessions.partition_point(|session| session.day < date))
    }

    /// The bar of the period of a session: from the first open to the last close.
    fn bar(&self, [first, end]: [usize; 2]) -> (i64, Option<i64>) {
        (self.sessions[first].open, Some(self.sessions[end - 1].close))
    }

    /// Parts of sessions.
    fn part(&self, length: i64, time: i64) -> Place {
        let after = self.after(time);
        let open = after.checked_sub(1).map(|at| self.sessions[at]).filter(|session| time < session.close);
        let Some(Session { open, close, pause: [pause, resumes], .. }) = open else {
            return Place::nowhere(self.opens(after));
        };
        if (pause..resumes).contains(&time) {
            return Place::nowhere(Some(resumes));
        }
        let (start, end) =
            if time < pause { within(open, pause, length, time) } else { within(resumes, close, length, time) };
        Place { bar: Some((start, Some(end))), is_open: true, from: start, until: Some(end) }
    }

    /// Whole sessions, with nothing from outside of them.
    fn open(&self, period: Period, time: i64) -> Place {
        let after = self.after(time);
        let Some(before) = after.checked_sub(1) else { return Place::nowhere(self.opens(after)) };
        let session = self.sessions[before];
        let is_open = time < session.close;
        let of_period = self.sessions_of(period, session.day);
        let until = if is_open { Some(session.close) } else { self.opens(after) };
        if !is_open && of_period[1] <= after {
            return Place::nowhere(until);
        }
        let bar = self.bar(of_period);
        Place { bar: Some(bar), is_open, from: bar.0, until }
    }

    /// Whole sessions, each with what opens after the session before.
    fn next(&self, period: Period, time: i64) -> Place {
        let at = self.sessions.partition_point(|session| session.close <= time);
        let Some(session) = self.sessions.get(at) else { return Place::nowhere(None) };
        let of_period = self.sessions_of(period, session.day);
        let from = of_period[0].checked_sub(1).map_or(i64::MIN, |before| self.sessions[before].close);
        Place { bar: Some(self.bar(of_period)), is_open: true, from, until: Some(session.close) }
    }
}

//! Sessions: calendar days, weeks and months, and aggregates over the bars of the current one.
//!
//! Kernels have no notion of time: they read the session number of each bar and restart where it changes.

mod calendar;

pub(crate) use calendar::CALENDAR;

use self::calendar::{CalendarSession, Reading, calendar};
use super::{Args, Graph, Input, Kind, Output, Param, Port};
use crate::kernel::{
    Affine, ElementwiseMap, Field, Fields, NeumaierSum, Sequential, elementwise_map, larger, parameters, sequential,
    smaller,
};

/// The length of a session.
pub(crate) const SESSION: Param =
    Param::choice("session", &["day", "week", "month"], "the length of a session; weeks start on Monday");

/// The offset of the session clock from UTC.
pub(crate) const UTC_OFFSET: Param = Param::real(
    "utc_offset",
    0.0,
    -840.0,
    840.0,
    "the offset of the session clock from UTC, in minutes, with calendar=utc",
);

/// The outputs of the bar of a session.
pub(crate) const SESSION_OUTPUTS: &[Output] = &[
    Output { name: "open", help: "the first price" },
    Output { name: "high", help: "the highest price" },
    Output { name: "low", help: "the lowest price" },
    Output { name: "close", help: "the last price" },
];

/// Where an average starts anew.
pub(crate) const ANCHOR: Param = Param::choice(
    "anchor",
    &["none", "hours", "day", "week", "month", "quarter", "year"],
    "where the average starts anew: nowhere (none: TA-Lib), every `hours` hours, or with each day (TradingView, pandas-ta), week, month, quarter or \
     year by the time at which bars open; weeks start on Monday",
);

/// The length of the sessions of `anchor=hours`.
pub(crate) const ANCHOR_HOURS: Param = Param {
    name: "hours",
    kind: Kind::Integer { default: 1, min: 1, max: 8784 },
    help: "the length of a session with anchor=hours, in hours from the start of 1970 by the clock of utc_offset, or from the start of each \
           session of a calendar",
};

/// The number of the session that each bar opens in, by the parameters `anchor`, `hours`, `calendar` and `utc_offset`; none
/// without an anchor.
pub(crate) fn anchor(graph: &mut Graph, args: &Args<'_>) -> Option<Port> {
    let length = match args.choice("anchor") {
        "none" => return None,
        "hours" => Length::Hours,
        "week" => Length::Week,
        "month" => Length::Month,
        "quarter" => Length::Quarter,
        "year" => Length::Year,
        _ => Length::Day,
    };
    // A length in hours is a parameter of sessions of that length only.
    let hours = if matches!(length, Length::Hours) { args.integer("hours") } else { 1 };
    let time = Input::Time.port(graph);
    Some(number(graph, time, args, length, hours))
}

/// The number of the session that each bar opens in, by the parameters `session`, `calendar` and `utc_offset`.
pub(crate) fn session(graph: &mut Graph, time: Port, args: &Args<'_>) -> Port {
    let length = match args.choice("session") {
        "none" => Length::Whole,
        "week" => Length::Week,
        "month" => Length::Month,
        _ => Length::Day,
    };
    number(graph, time, args, length, 1)
}

/// The number of the day that each bar opens in, by the parameters `calendar` and `utc_offset`.
pub(crate) fn day(graph: &mut Graph, time: Port, args: &Args<'_>) -> Port {
    number(graph, time, args, Length::Day, 1)
}

/// The seconds from the start of the day to the open of each bar, by the parameters `calendar` and `utc_offset`.
pub(crate) fn time_of_day(graph: &mut Graph, time: Port, args: &Args<'_>) -> Port {
    match calendar(args.choice("calendar")) {
        Some(calendar) => graph.add(CalendarSession { calendar, reading: Reading::TimeOfDay }, &[time]),
        None => graph.add(TimeOfDay { offset: 60.0 * args.real("utc_offset") }, &[time]),
    }
}

/// The number of the session that each bar opens in, by the parameters `calendar` and `utc_offset`.
fn number(graph: &mut Graph, time: Port, args: &Args<'_>, length: Length, hours: usize) -> Port {
    match (calendar(args.choice("calendar")), length) {
        (None, _) | (_, Length::Whole) => {
            graph.add(Session { length, hours, offset: 60.0 * args.real("utc_offset") }, &[time])
        }
        (Some(calendar), Length::Hours) => {
            graph.add(CalendarSession { calendar, reading: Reading::Hours(hours) }, &[time])
        }
        (Some(calendar), Length::Day) => graph.add(CalendarSession { calendar, reading: Reading::Day }, &[time]),
        (Some(calendar), _) => {
            let day = graph.add(CalendarSession { calendar, reading: Reading::Day }, &[time]);
            let noon = graph.add(Affine { scale: DAY, offset: 0.5 * DAY }, &[day]);
            graph.add(Session { length, hours, offset: 0.0 }, &[noon])
        }
    }
}

const DAY: f64 = 86_400.0;

#[derive(Debug, Clone, Copy)]
enum Length {
    Whole,
    Hours,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

parameters!(Length as number);

/// The number of the session that a time lies in.
#[derive(Debug, Clone)]
struct Session {
    length: Length,
    /// The number of hours of a session of hours, else 1.
    hours: usize,
    /// The seconds by which the clock is ahead.
    offset: f64,
}

parameters!(Session { length, hours, offset });

impl ElementwiseMap<1, 1> for Session {
    #[inline(always)]
    fn values(&self, [time]: [f64; 1]) -> [f64; 1] {
        let day = ((time + self.offset) / DAY).floor();
        [match self.length {
            Length::Whole => 0.0 * time,
            Length::Day => day,
            // The first day of the epoch was a Thursday.
            Length::Week => ((day + 3.0) / 7.0).floor(),
            Length::Month => month(day),
            // Months count from a March.
            Length::Quarter => ((month(day) + 2.0) / 3.0).floor(),
            Length::Year => ((month(day) + 2.0) / 12.0).floor(),
            Length::Hours => ((time + self.offset) / (3600.0 * self.hours as f64)).floor(),
        }]
    }
}

/// The number of the month of a day of the epoch, counted from March of the year 0, of the Gregorian calendar
/// (H. Hinnant, chrono-compatible low-level date algorithms).
#[inline(always)]
fn month(day: f64) -> f64 {
    let day = day + 719_468.0;
    let era = (day / 146_097.0).floor();
    let day = day - era * 146_097.0;
    let leaps = (day / 1460.0).floor() - (day / 36_524.0).floor() + (day / 146_096.0).floor();
    let year = ((day - leaps) / 365.0).floor();
    let day = day - (365.0 * year + (year / 4.0).floor() - (year / 100.0).floor());
    12.0 * (400.0 * era + year) + ((5.0 * day + 2.0) / 153.0).floor()
}

/// The seconds since the day began.
#[derive(Debug, Clone)]
struct TimeOfDay {
    offset: f64,
}

parameters!(TimeOfDay { offset });

impl ElementwiseMap<1, 1> for TimeOfDay {
    #[inline(always)]
    fn values(&self, [time]: [f64; 1]) -> [f64; 1] {
        let time = time + self.offset;
        [time - DAY * (time / DAY).floor()]
    }
}

elementwise_map!(Session: 1 => 1, TimeOfDay: 1 => 1);

/// The current session.
#[derive(Clone, Default)]
pub(crate) struct Current(Option<f64>);

impl Current {
    /// Whether a bar of this session is the first of it.
    pub(crate) fn begins(&mut self, session: f64) -> bool {
        self.0.replace(session) != Some(session)
    }
}

impl Field for Current {
    fn visit(&mut self, fields: &mut Fields<'_>) {
        self.0.visit(fields);
    }
}

/// Of session, open, high, low and close: the open, high, low and close of the session so far, and those of the whole
/// session before, of which there is none in the first.
#[derive(Debug, Clone)]
pub(crate) struct SessionBars;

parameters!(SessionBars);

#[derive(Clone, Default)]
struct SessionBarsState {
    current: Current,
    bar: Option<[f64; 4]>,
    before: Option<[f64; 4]>,
}

impl Sequential<5, 8> for SessionBarsState {
    #[inline(always)]
    fn step(&mut self, [session, open, high, low, close]: [f64; 5]) -> [f64; 8] {
        if self.current.begins(session) {
            self.before = self.bar.take();
        }
        let so_far = self.bar.unwrap_or([open, high, low, close]);
        let [first, highest, lowest, _] = so_far;
        let bar = [first, larger(high, highest), smaller(low, lowest), close];
        self.bar = Some(bar);
        let before = self.before.unwrap_or([f64::NAN; 4]);
        std::array::from_fn(|at| if at < 4 { bar[at] } else { before[at - 4] })
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.current, &mut self.bar, &mut self.before]);
    }
}

/// Of session and value: the sum of the values of the session so far.
#[derive(Debug, Clone)]
pub(crate) struct SessionSum;

parameters!(SessionSum);

#[derive(Clone, Default)]
struct SessionSumState {
    current: Current,
    sum: NeumaierSum,
}

impl Sequential<2, 1> for SessionSumState {
    #[inline(always)]
    fn step(&mut self, [session, value]: [f64; 2]) -> [f64; 1] {
        if self.current.begins(session) {
            self.sum = NeumaierSum::default();
        }
        self.sum.add(value);
        [self.sum.value()]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.current, &mut self.sum]);
    }
}

/// Of session, value and weight: the weighted mean of the session so far, which is the value itself where nothing has a
/// weight, and the weighted standard deviation.
#[derive(Debug, Clone)]
pub(crate) struct SessionMean;

parameters!(SessionMean);

#[derive(Clone, Default)]
struct SessionMeanState {
    current: Current,
    weight: NeumaierSum,
    mean: NeumaierSum,
    squares: NeumaierSum,
}

impl Sequential<3, 2> for SessionMeanState {
    #[inline(always)]
    fn step(&mut self, [session, value, weight]: [f64; 3]) -> [f64; 2] {
        if self.current.begins(session) {
            (self.weight, self.squares) = (NeumaierSum::default(), NeumaierSum::default());
        }
        let before = self.weight.value();
        self.weight.add(weight);
        let total = self.weight.value();
        if before == 0.0 {
            self.mean = NeumaierSum { sum: value, rest: 0.0 };
        } else {
            // Incremental (West 1979), so that an offset costs no digits.
            let delta = (value - self.mean.sum) - self.mean.rest;
            self.mean.add(delta * (weight / total));
            self.squares.add(weight * (before / total) * (delta * delta));
        }
        let square = if total == 0.0 { 0.0 } else { self.squares.value() / total };
        [self.mean.value(), square.sqrt()]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.current, &mut self.weight, &mut self.mean, &mut self.squares]);
    }
}

sequential!(
    SessionBars: 5 => 8, |_| 0, |_| SessionBarsState::default();
    SessionSum: 2 => 1, |_| 0, |_| SessionSumState::default();
    SessionMean: 3 => 2, |_| 0, |_| SessionMeanState::default();
);

#[cfg(test)]
mod tests {
    use super::*;

    fn number(length: Length, hours: f64, days: f64) -> f64 {
        Session { length, hours: 4, offset: 3600.0 * hours }.values([DAY * days])[0]
    }

    #[test]
    fn days_begin_at_midnight_of_the_clock() {
        let at = |hours, days| number(Length::Day, hours, days);
        assert_eq!([at(0.0, 0.0), at(0.0, 0.999), at(0.0, 1.0), at(0.0, -0.001)], [0.0, 0.0, 1.0, -1.0]);
        assert_eq!([at(9.0, 0.624), at(9.0, 0.625), at(-5.0, 1.2), at(-5.0, 1.21)], [0.0, 1.0, 0.0, 1.0]);
        assert_eq!(TimeOfDay { offset: 3600.0 }.values([-1800.0]), [1800.0]);
    }

    #[test]
    fn weeks_begin_on_monday() {
        // Monday, 5 January 1970, was day 4.
        let at = |days| number(Length::Week, 0.0, days);
        assert_eq!([at(3.9), at(4.0), at(10.9), at(11.0), at(-3.0), at(-3.1)], [0.0, 1.0, 1.0, 2.0, 0.0, -1.0]);
    }

    #[test]
    fn quarters_and_years_begin_with_january() {
        let days = [-1.0, 0.0, 89.9, 90.0, 180.9, 181.0, 273.0, 364.9, 365.0, 365.0 + 366.0 + 365.0];
        let counted = |length: Length| days.map(|day| number(length, 0.0, day) - number(length, 0.0, 0.0));
        assert_eq!(counted(Length::Quarter), [-1.0, 0.0, 0.0, 1.0, 1.0, 2.0, 3.0, 3.0, 4.0, 12.0]);
        assert_eq!(counted(Length::Year), [-1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 3.0]);
        assert_eq!([0.0, 0.16, 0.17, 1.0, -0.1].map(|day| number(Length::Hours, 0.0, day)), [0.0, 0.0, 1.0, 6.0, -1.0]);
    }

    #[test]
    fn months_are_those_of_the_calendar() {
        let lengths = |year: usize| {
            let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
            [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        };
        let first = number(Length::Month, 0.0, 0.0);
        let (mut day, mut months) = (0.0, 0.0);
        for length in (1970..2410).flat_map(lengths) {
            for _ in 0..length {
                assert_eq!(number(Length::Month, 0.0, day) - first, months, "day {day}");
                day += 1.0;
            }
            months += 1.0;
        }
        assert_eq!(number(Length::Month, 0.0, -1.0) - first, -1.0);
    }
}

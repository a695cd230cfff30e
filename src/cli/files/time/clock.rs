//! Times of day in a column of their own.

use super::cell::Cell;
use super::of_day::time_of_day;
use super::stamp::Offset;
use crate::cli::times::{DAY, SECOND};

/// How the cells of a column of times of day are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
    /// 08:30, 08:30:00, 8:30 PM; no digits.
    Colons,
    /// 830 is 08:30.
    Minutes,
    /// 83000 is 08:30:00.
    Seconds,
    /// 83000000 is 08:30:00.000.
    Millis,
}

/// What the times of day of a column say together.
#[derive(Debug, Default)]
pub(super) struct Clocks {
    colons: u64,
    digits: u64,
    highest: i64,
    /// Whether a text is padded to hours and minutes, to seconds, to milliseconds.
    padded: [bool; 3],
    /// Whether all digits can be hours and minutes, hours, minutes and seconds.
    minutes_fail: bool,
    seconds_fail: bool,
    not_midnight: bool,
}

impl Clock {
    /// The nanoseconds since midnight of a cell, and the zone if it names one.
    pub(super) fn read(self, cell: Cell<'_>) -> Result<(i64, Offset), String> {
        let cell = if self == Self::Colons { cell } else { cell.counted() };
        let wrong = || format!("of day has an unknown format: {}", cell.shown());
        match (self, cell) {
            (_, Cell::Local(nanos)) if (0..DAY).contains(&nanos) => Ok((nanos, Offset::None)),
            (_, Cell::Text(text)) => time_of_day(text).ok_or_else(wrong),
            (Self::Colons, _) => Err(wrong()),
            (_, Cell::Count(count)) => self.of_digits(count).map(|nanos| (nanos, Offset::None)).ok_or_else(wrong),
            _ => Err(wrong()),
        }
    }

    fn of_digits(self, count: i64) -> Option<i64> {
        let (clock, millis) = match self {
            Self::Colons => return None,
            Self::Minutes => (count * 100, 0),
            Self::Seconds => (count, 0),
            Self::Millis => (count / 1000, count % 1000),
        };
        let (hour, minute, second) = (clock / 10_000, clock / 100 % 100, clock % 100);
        let legal = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second) && millis >= 0;
        legal.then_some((hour * 3600 + minute * 60 + second) * SECOND + millis * 1_000_000)
    }
}

impl Clocks {
    /// Adds the time of day of the next row; text as it is written, so that zeros in front are seen.
    pub(super) fn add(&mut self, cell: Cell<'_>) {
        let (count, text) = match cell {
            Cell::Text(text) => (digits(text), Some(text)),
            Cell::Count(count) => (Some(count), None),
            _ => (None, None),
        };
        let Some(count) = count.filter(|count| (0..=235_959_999).contains(count)) else {
            self.colons += 1;
            return;
        };
        self.digits += 1;
        self.highest = self.highest.max(count);
        self.not_midnight |= count != 0;
        self.minutes_fail |= Clock::Minutes.of_digits(count).is_none();
        self.seconds_fail |= Clock::Seconds.of_digits(count).is_none();
        if let Some(text) = text {
            for (padded, len) in self.padded.iter_mut().zip([4, 6, 9]) {
                *padded |= text.len() == len && text.starts_with(b"0");
            }
        }
    }

    /// How the column is read, or why that cannot be told. `days` is whether there is more than one date beside it.
    pub(super) fn decide(&self, days: bool) -> Result<Clock, String> {
        if self.digits <= self.colons {
            return Ok(Clock::Colons);
        }
        Ok(match self.padded {
            _ if self.highest > 235_959 => Clock::Millis,
            [_, true, _] => Clock::Seconds,
            [true, false, _] => Clock::Minutes,
            _ if self.highest > 2359 || !self.not_midnight => Clock::Seconds,
            // Days that all end before 00:24:00 are none; those of one day may be anything.
            _ if days && !self.minutes_fail => Clock::Minutes,
            _ if self.minutes_fail && !self.seconds_fail => Clock::Seconds,
            _ if self.seconds_fail && !self.minutes_fail => Clock::Minutes,
            _ => {
                return Err(format!(
                    "of day goes up to {}, which may be hours and minutes or minutes and seconds; say which with \
                     --date-format '%Y%m%d %H%M' or '%Y%m%d %H%M%S'",
                    self.highest
                ));
            }
        })
    }
}

/// The number of a text of digits.
fn digits(text: &[u8]) -> Option<i64> {
    match Cell::of_text(text) {
        Cell::Count(count) => Some(count),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(texts: &[&str], days: bool) -> Result<Clock, String> {
        let mut clocks = Clocks::default();
        texts.iter().for_each(|text| clocks.add(Cell::Text(text.as_bytes())));
        clocks.decide(days)
    }

    #[test]
    fn digits_are_understood_from_the_column() {
        for (texts, days, expected) in [
            (&["08:30", "08:31"][..], false, Clock::Colons),
            (&["0830", "1200"], false, Clock::Minutes),
            (&["083000", "120000"], false, Clock::Seconds),
            (&["000000", "000100"], false, Clock::Seconds),
            (&["0", "500", "235500"], false, Clock::Seconds),
            (&["930", "1600"], true, Clock::Minutes),
            (&["83000000", "120000000"], true, Clock::Millis),
            (&["0", "0"], false, Clock::Seconds),
        ] {
            assert_eq!(decided(texts, days), Ok(expected), "{texts:?}");
        }
        assert!(decided(&["930", "931"], false).expect_err("refused").contains("--date-format"));
    }

    #[test]
    fn times_of_day_are_of_a_day() {
        let nanos =
            |clock: Clock, text: &str| clock.read(Cell::Text(text.as_bytes())).ok().map(|(nanos, _)| nanos / SECOND);
        assert_eq!(nanos(Clock::Minutes, "830"), Some(30_600));
        assert_eq!(nanos(Clock::Seconds, "83001"), Some(30_601));
        assert_eq!(nanos(Clock::Millis, "83001999"), Some(30_601));
        assert_eq!(nanos(Clock::Colons, "8:30 PM"), Some(73_800));
        assert_eq!(nanos(Clock::Seconds, "8:30"), Some(30_600));
        for (clock, text) in
            [(Clock::Minutes, "2400"), (Clock::Seconds, "6000"), (Clock::Colons, "830"), (Clock::Seconds, "x")]
        {
            assert_eq!(nanos(clock, text), None, "{text}");
        }
    }
}

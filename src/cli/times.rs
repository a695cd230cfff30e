//! Parsing and formatting of times.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// Nanoseconds per second, and the units of epoch counts by the magnitude of today's values.
const UNITS: [(u64, i64); 3] =
    [(100_000_000_000, 1_000_000_000), (100_000_000_000_000, 1_000_000), (100_000_000_000_000_000, 1_000)];

/// The nanoseconds of a second.
pub(crate) const SECOND: i64 = 1_000_000_000;

/// The nanoseconds of a day.
pub(crate) const DAY: i64 = 86_400 * SECOND;

/// Parses one time, as an argument of the command, UTC by default: RFC 3339, a date, a date and a time of day, or a number since the Unix
/// epoch in seconds, milliseconds, microseconds or nanoseconds, detected by magnitude. Eight digits that can be
/// a date, as in 20210617, are one.
pub(crate) fn read(text: &str) -> Option<i64> {
    digits(text.as_bytes()).or_else(|| plain(text.as_bytes())).or_else(|| {
        let utc = |time: DateTime| TimeZone::UTC.to_timestamp(time).ok();
        let whole =
            text.strip_suffix('0').map(|text| text.trim_end_matches('0')).and_then(|text| text.strip_suffix('.'));
        if let Some(nanos) = whole.and_then(|text| digits(text.as_bytes())) {
            return Some(nanos);
        }
        let time = (text.parse::<Timestamp>().ok())
            .or_else(|| utc(text.parse::<DateTime>().ok()?))
            .or_else(|| utc(text.parse::<Date>().ok()?.to_datetime(jiff::civil::Time::midnight())))?;
        i64::try_from(time.as_nanosecond()).ok()
    })
}

/// Nanoseconds of a count since the Unix epoch; the unit is detected by magnitude.
fn of_count(count: i64) -> Option<i64> {
    let unit = UNITS.iter().find(|(below, _)| count.unsigned_abs() < *below).map_or(1, |(_, nanos)| *nanos);
    count.checked_mul(unit)
}

/// The time of an integer count.
fn digits(text: &[u8]) -> Option<i64> {
    let (negative, digits) = text.strip_prefix(b"-").map_or((false, text), |rest| (true, rest));
    if !(1..=19).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number =
        digits.iter().try_fold(0_i64, |sum, digit| sum.checked_mul(10)?.checked_add(i64::from(digit - b'0')))?;
    if let (false, 8) = (negative, digits.len())
        && let Some(days) = days(number / 10_000, number / 100 % 100, number % 100).filter(|_| number > 19_000_000)
    {
        return Some(days * DAY);
    }
    of_count(if negative { -number } else { number })
}

/// The most common formats: `2021-06-17` (or `/`, or `.`), with `08:30` or `08:30:00` behind it and perhaps a `Z`.
pub(crate) fn plain(text: &[u8]) -> Option<i64> {
    let two = |at: usize| match *text.get(at..at + 2)? {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some(i64::from(tens - b'0') * 10 + i64::from(ones - b'0')),
        _ => None,
    };
    let is = |at: usize, one: &[u8]| text.get(at).is_some_and(|byte| one.contains(byte));
    if !(is(4, b"-/.") && text.get(7) == text.get(4)) {
        return None;
    }
    let day = days(two(0)? * 100 + two(2)?, two(5)?, two(8)?)? * DAY;
    let len = text.len() - usize::from(text.ends_with(b"Z"));
    let seconds = match len {
        10 if text.len() == 10 => return Some(day),
        16 => 0,
        19 if is(16, b":") => two(17)?,
        _ => return None,
    };
    let (hours, minutes) = (two(11)?, two(14)?);
    let legal = is(10, b" T") && is(13, b":") && hours < 24 && minutes < 60 && seconds < 60;
    legal.then(|| day + (hours * 3600 + minutes * 60 + seconds) * 1_000_000_000)
}

/// The days from the Unix epoch to a date, if the nanoseconds between them fit.
pub(crate) fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let date = Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()?;
    let legal = (1678..2262).contains(&date.year());
    // Years start in March, so the leap day is last; the Gregorian calendar has a period of 400 years.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    legal.then(|| year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468)
}

/// The clap value parser of times. Four digits are a year, not seconds of 1970.
pub(crate) fn argument(text: &str) -> Result<i64, String> {
    let is_year = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    let time = if is_year { text.parse().ok().and_then(|year| Some(days(year, 1, 1)? * DAY)) } else { read(text) };
    time.ok_or_else(|| "must be a time as in 2021-06-17T08:30:00Z, 2021-06-17, 2021 or 1623918600".into())
}

/// Formats a time as RFC 3339, UTC.
pub(crate) fn write(nanos: i64) -> String {
    let time = Timestamp::from_nanosecond(nanos.into()).expect("every count of nanoseconds in 64 bits is a time");
    time.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_digits_of_an_argument_are_a_year() {
        assert_eq!(argument("2021"), Ok(1_609_459_200_000_000_000));
        assert_eq!(argument("1969"), Ok(-31_536_000_000_000_000));
        assert_eq!(
            (argument("0"), argument("-999"), argument("10000")),
            (Ok(0), Ok(-999 * SECOND), Ok(10_000 * SECOND))
        );
        for text in ["0000", "9999", "1677"] {
            assert!(argument(text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_way_to_write_a_time_is_read() {
        let expected = Some(1_623_918_600_000_000_000);
        for text in [
            "1623918600",
            "1623918600000",
            "1623918600000000",
            "1623918600000000000",
            "2021-06-17T08:30:00Z",
            "2021-06-17T10:30:00+02:00",
            "2021-06-17 08:30:00",
            "2021-06-17 08:30",
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        assert_eq!(read("2021-06-17"), Some(1_623_888_000_000_000_000));
        assert_eq!(read("-86400"), Some(-86_400_000_000_000));
        for text in ["20210617", "2021-06-17", "1623888000.0", "2021-06-17T00:00Z", "20210616T190000-05"] {
            assert_eq!(read(text), Some(1_623_888_000_000_000_000), "{text}");
        }
        for text in
            ["", "yesterday", "17.06.2021", "99999999999999999999", "1623918600.5", "2021-02-29", "2021-06-17 24:00"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn every_day_is_the_calendar_s() {
        for days in (-106_000..106_000).step_by(17).chain(-800..800) {
            let nanos = days * DAY;
            let (time, day) = (write(nanos), &write(nanos)[..10]);
            assert_eq!((plain(time.as_bytes()), read(day)), (Some(nanos), Some(nanos)), "{time}");
        }
    }

    #[test]
    fn what_is_written_is_read() {
        for nanos in [0, -1, 1_623_918_600_000_000_000, i64::MAX, i64::MIN] {
            assert_eq!(read(&write(nanos)), Some(nanos));
        }
        assert_eq!(write(1_623_918_600_000_000_000), "2021-06-17T08:30:00Z");
    }
}

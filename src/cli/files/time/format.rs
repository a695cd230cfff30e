//! `--date-format`: how the caller says that times are written.

use std::str::FromStr;

use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::cell::Cell;
use super::stamp::{Offset, Stamp};
use crate::cli::times::{DAY, SECOND};

/// The days from 1899-12-30, which is day 0 of spreadsheets, to the Unix epoch.
const SERIAL_OF_EPOCH: f64 = 25_569.0;

/// The serial dates that are read: 1900-03-01, before which spreadsheets disagree, to 2261-12-31.
const SERIALS: std::ops::Range<f64> = 61.0..132_223.0;

/// How times are written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TimeFormat {
    /// Counts since the Unix epoch, of a unit in nanoseconds.
    Unit(i64),
    /// Days since 1899-12-30 and their fraction, as spreadsheets count them.
    Serial,
    /// A pattern of `strftime`.
    Pattern(Box<str>),
}

impl TimeFormat {
    /// The time of a cell, or what is wrong with it.
    pub(super) fn read(&self, cell: Cell<'_>) -> Result<Stamp, String> {
        let unlike = || format!("does not have the format that --date-format says: {}", cell.shown());
        match (self, cell) {
            (Self::Unit(unit), Cell::Count(count)) => {
                let nanos = count.checked_mul(*unit).ok_or_else(|| format!("is out of range: {count}"))?;
                Ok(Stamp { nanos, offset: Offset::Utc })
            }
            (Self::Serial, _) => serial(cell).ok_or_else(unlike),
            (Self::Pattern(pattern), Cell::Text(text)) => by_pattern(pattern, text).ok_or_else(unlike),
            (Self::Pattern(pattern), Cell::Count(count)) => {
                by_pattern(pattern, count.to_string().as_bytes()).ok_or_else(unlike)
            }
            _ => Err(unlike()),
        }
    }
}

impl FromStr for TimeFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "s" => Self::Unit(SECOND),
            "ms" => Self::Unit(1_000_000),
            "us" => Self::Unit(1000),
            "ns" => Self::Unit(1),
            "excel" => Self::Serial,
            _ => {
                // What can write a time can read one.
                let example = Zoned::new(Timestamp::UNIX_EPOCH, TimeZone::UTC);
                let written = strtime::format(text, &example);
                if !text.contains('%') || written.is_err() {
                    return Err(format!(
                        "must be a pattern as in '%d/%m/%Y %H:%M', or one of s, ms, us, ns, excel; got {text:?}"
                    ));
                }
                Self::Pattern(text.into())
            }
        })
    }
}

/// The time of a serial date, to the nearest millisecond, which is as exact as its fraction is.
fn serial(cell: Cell<'_>) -> Option<Stamp> {
    let days = match cell {
        Cell::Count(count) => count as f64,
        Cell::Number(number) => number,
        Cell::Text(text) => crate::cli::files::number::read(text)?,
        _ => return None,
    };
    if !SERIALS.contains(&days) {
        return None;
    }
    let millis = ((days - SERIAL_OF_EPOCH) * (DAY / 1_000_000) as f64).round();
    Some(Stamp { nanos: millis as i64 * 1_000_000, offset: Offset::None })
}

fn by_pattern(pattern: &str, text: &[u8]) -> Option<Stamp> {
    let parts = BrokenDownTime::parse(pattern, text).ok()?;
    if let Some(instant) = parts.timestamp() {
        return Some(Stamp { nanos: i64::try_from(instant.as_nanosecond()).ok()?, offset: Offset::Utc });
    }
    // A date alone is its midnight; a date and a part of a time of day is what it says.
    let time = parts.to_date().ok()?.to_datetime(parts.to_time().ok()?);
    let nanos = i64::try_from(TimeZone::UTC.to_timestamp(time).ok()?.as_nanosecond()).ok()?;
    let named = parts.iana_time_zone().map(|name| Offset::Named(name.into()));
    let offset = parts.offset().map(|offset| Offset::Seconds(offset.seconds())).or(named);
    Some(Stamp { nanos, offset: offset.unwrap_or(Offset::None) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::times;

    fn read_as(format: &str, text: &str) -> Option<String> {
        let format: TimeFormat = format.parse().expect("legal");
        format
            .read(if format == TimeFormat::Serial || matches!(format, TimeFormat::Unit(_)) {
                Cell::of_text(text.as_bytes())
            } else {
                Cell::Text(text.as_bytes())
            })
            .ok()
            .map(|stamp| times::write(stamp.nanos))
    }

    #[test]
    fn times_are_read_as_the_caller_says() {
        for (format, text, expected) in [
            ("%d/%m/%Y", "01/02/2021", "2021-02-01T00:00:00Z"),
            ("%m/%d/%Y %I:%M %p", "01/02/2021 08:30 PM", "2021-01-02T20:30:00Z"),
            ("%y%m%d", "210617", "2021-06-17T00:00:00Z"),
            ("%d%m%Y", "01022021", "2021-02-01T00:00:00Z"),
            ("%Y%m%d%H%M", "202106170830", "2021-06-17T08:30:00Z"),
            ("%d. %b %Y %H:%M:%S%.f", "17. Jun 2021 08:30:00.25", "2021-06-17T08:30:00.25Z"),
            ("ms", "345600000", "1970-01-05T00:00:00Z"),
            ("s", "7", "1970-01-01T00:00:07Z"),
            ("excel", "45292", "2024-01-01T00:00:00Z"),
            ("excel", "45292.354166666664", "2024-01-01T08:30:00Z"),
        ] {
            assert_eq!(read_as(format, text).as_deref(), Some(expected), "{format} {text}");
        }
        for (format, text) in [("%d/%m/%Y", "13/13/2021"), ("ms", "x"), ("excel", "2"), ("ns", "1.5"), ("%Y", "2021")] {
            assert_eq!(read_as(format, text), None, "{format} {text}");
        }
        for format in ["", "dd/mm/yyyy", "%", "%!", "seconds"] {
            assert!(format.parse::<TimeFormat>().is_err(), "{format}");
        }
    }
}

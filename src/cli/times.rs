//! Times as people write them.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// Nanoseconds of a second, and how many of a unit make one, by the size of numbers it gives today.
const UNITS: [(u64, i64); 3] =
    [(100_000_000_000, 1_000_000_000), (100_000_000_000_000, 1_000_000), (100_000_000_000_000_000, 1_000)];

/// Reads a time, UTC unless it says otherwise: RFC 3339, a date, a date and a time of day, or a number since the Unix
/// epoch whose size tells whether it counts seconds, milliseconds, microseconds or nanoseconds.
pub(crate) fn read(text: &str) -> Option<i64> {
    if let Ok(number) = text.parse::<i64>() {
        let unit = UNITS.iter().find(|(below, _)| number.unsigned_abs() < *below).map_or(1, |(_, nanos)| *nanos);
        return number.checked_mul(unit);
    }
    let utc = |time: DateTime| TimeZone::UTC.to_timestamp(time).ok();
    let time = (text.parse::<Timestamp>().ok())
        .or_else(|| utc(text.parse::<DateTime>().ok()?))
        .or_else(|| utc(text.parse::<Date>().ok()?.to_datetime(jiff::civil::Time::midnight())))?;
    i64::try_from(time.as_nanosecond()).ok()
}

/// Reads a time for the command line.
pub(crate) fn argument(text: &str) -> Result<i64, String> {
    read(text).ok_or_else(|| "must be a time as in 2021-06-17T08:30:00Z, 2021-06-17 or 1623918600".into())
}

/// Writes a time as RFC 3339, UTC.
pub(crate) fn write(nanos: i64) -> String {
    let time = Timestamp::from_nanosecond(nanos.into()).expect("every count of nanoseconds in 64 bits is a time");
    time.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

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
        for text in ["", "yesterday", "17.06.2021", "99999999999999999999", "1623918600.5"] {
            assert_eq!(read(text), None, "{text}");
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

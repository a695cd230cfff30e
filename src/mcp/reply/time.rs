//! Times as texts, in UTC.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

/// An open time without the parts that are zero: `2021-06-17T08:30Z`, `2021-06-17`.
pub(in crate::mcp) fn text(nanoseconds: i64) -> String {
    let Ok(time) = Timestamp::from_nanosecond(nanoseconds.into()) else { return nanoseconds.to_string() };
    let text = time.to_string();
    let short = text.strip_suffix("T00:00:00Z").map(str::to_owned);
    short.or_else(|| text.strip_suffix(":00Z").map(|text| format!("{text}Z"))).unwrap_or(text)
}

/// Parses a time: RFC 3339, or a date, perhaps with a time of day, in UTC.
pub(in crate::mcp) fn parse(text: &str) -> Option<i64> {
    let utc = |time: DateTime| TimeZone::UTC.to_timestamp(time).ok();
    // Without its seconds, a time of RFC 3339 is none to the parser.
    let minutes = || text.strip_suffix('Z').and_then(|text| text.parse::<DateTime>().ok()).and_then(utc);
    let time = (text.parse::<Timestamp>().ok())
        .or_else(minutes)
        .or_else(|| utc(text.parse::<DateTime>().ok()?))
        .or_else(|| utc(text.parse::<Date>().ok()?.to_datetime(Time::midnight())))?;
    i64::try_from(time.as_nanosecond()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for (nanoseconds, expected) in [
            (1_623_918_600_000_000_000, "2021-06-17T08:30Z"),
            (1_623_888_000_000_000_000, "2021-06-17"),
            (1_623_918_601_500_000_000, "2021-06-17T08:30:01.5Z"),
            (-1_000_000_000, "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(text(nanoseconds), expected);
            assert_eq!(parse(expected), Some(nanoseconds), "{expected}");
        }
        assert_eq!(parse("2021-06-17T10:30:00+02:00"), Some(1_623_918_600_000_000_000));
        assert_eq!(parse("2021-06-17 08:30"), Some(1_623_918_600_000_000_000));
        for wrong in ["", "yesterday", "2021-13-01", "9999-12-31", "\u{0}"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}

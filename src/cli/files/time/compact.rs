//! Digits of a date and a time of day without anything between them, as in 20210617 and 20210617083000.

use super::stamp::{Offset, Stamp};
use super::text::{self, Order};
use crate::cli::times::{DAY, SECOND, days};

/// The years that digits may be of: wider than any history, so narrow that few counts look like it.
const YEARS: std::ops::RangeInclusive<i64> = 1900..=2100;

/// The numbers of digits that are read: a date, and one with hours, minutes, seconds and milliseconds.
pub(super) const LENGTHS: [u32; 5] = [8, 10, 12, 14, 17];

/// The number of decimal digits of a count; 0 if it is negative.
pub(super) fn digits(count: i64) -> u32 {
    if count > 0 { count.ilog10() + 1 } else { u32::from(count == 0) }
}

/// The time of the digits, if they are one.
pub(super) fn read(count: i64) -> Option<Stamp> {
    // The value of the digits behind a place.
    let (date, clock, millis) = match digits(count) {
        8 => (count, 0, 0),
        10 => (count / 100, count % 100 * 10_000, 0),
        12 => (count / 10_000, count % 10_000 * 100, 0),
        14 => (count / 1_000_000, count % 1_000_000, 0),
        17 => (count / 1_000_000_000, count / 1000 % 1_000_000, count % 1000),
        _ => return None,
    };
    let (hour, minute, second) = (clock / 10_000, clock / 100 % 100, clock % 100);
    if !(YEARS.contains(&(date / 10_000)) && hour < 24 && minute < 60 && second < 60) {
        return None;
    }
    let day = days(date / 10_000, date / 100 % 100, date % 100)?;
    let seconds = hour * 3600 + minute * 60 + second;
    Some(Stamp { nanos: day * DAY + seconds * SECOND + millis * 1_000_000, offset: Offset::None })
}

/// The time of eight digits.
pub(super) fn read_date(count: i64) -> Option<Stamp> {
    if digits(count) == 8 { read(count) } else { None }
}

/// The time of digits with a clock behind them, as in `20210617 08:30:00` or `20210617T083000Z`.
pub(super) fn read_text(text: &[u8]) -> Option<Stamp> {
    text::read(text, Order::Ymd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_dates_of_every_length() {
        let nanos = |count| read(count).map(|stamp| stamp.nanos);
        let day = 1_623_888_000 * SECOND;
        assert_eq!(nanos(20_210_617), Some(day));
        assert_eq!(nanos(2_021_061_708), Some(day + 8 * 3600 * SECOND));
        assert_eq!(nanos(202_106_170_830), Some(day + 30_600 * SECOND));
        assert_eq!(nanos(20_210_617_083_001), Some(day + 30_601 * SECOND));
        assert_eq!(nanos(20_210_617_083_001_250), Some(day + 30_601 * SECOND + 250_000_000));
        for count in [0, -20_210_617, 20_210_229, 20_211_301, 18_991_231, 2_021_061_724, 202_106_170_860, 210_617] {
            assert_eq!(nanos(count), None, "{count}");
        }
    }
}

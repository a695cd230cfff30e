//! Dates and times of day as people write them, in any order of day, month and year.
//!
//! Where the year comes first, or the month has a name, a text says all itself. Else the three numbers can stand in more
//! than one order, and which one it is, is a property of the column: [`orders`] says what a text allows, [`read`] reads
//! it in the order that was decided on.

use super::cell::Cell;
use super::of_day::{behind_a_date, number, split_while, time_of_day};
use super::stamp::{Offset, Stamp};
use crate::cli::times::{self, DAY, days};

/// The order of the numbers of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// 17/06/2021.
    Dmy,
    /// 06/17/2021.
    Mdy,
    /// 21/06/17; four digits of a year are always seen as one.
    Ymd,
}

/// The orders, by their bit in a mask.
pub(super) const ORDERS: [Order; 3] = [Order::Dmy, Order::Mdy, Order::Ymd];

/// Two-digit years from here on are of the last century, as POSIX has it.
const PIVOT: i64 = 69;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

impl Order {
    /// The order as a pattern of `--date-format`, with two or four digits of the year.
    pub(super) fn pattern(self, short: bool) -> &'static str {
        match (self, short) {
            (Self::Dmy, false) => "%d/%m/%Y",
            (Self::Dmy, true) => "%d/%m/%y",
            (Self::Mdy, false) => "%m/%d/%Y",
            (Self::Mdy, true) => "%m/%d/%y",
            (Self::Ymd, _) => "%y/%m/%d",
        }
    }
}

/// The days since 1970 of a date in each order; the bar-separated numbers of a date that has only one are equal.
pub(super) type Days = [Option<i64>; 3];

/// The time of a text in an order.
pub(super) fn read(text: &[u8], order: Order) -> Option<Stamp> {
    if let Some(nanos) = times::plain(text) {
        let offset = if text.ends_with(b"Z") { Offset::Utc } else { Offset::None };
        return Some(Stamp { nanos, offset });
    }
    let (days, rest) = date(text)?;
    let (of_day, offset) = behind_a_date(rest)?;
    let nanos = days[order as usize]?.checked_mul(DAY)?.checked_add(of_day)?;
    Some(Stamp { nanos, offset })
}

/// Whether a text can be a time.
pub(crate) fn is_time(text: &[u8]) -> bool {
    matches!(Cell::of_text(text), Cell::Count(_)) || orders(text).is_some()
}

/// Whether a text can be a time of day.
pub(crate) fn is_clock(text: &[u8]) -> bool {
    time_of_day(text).is_some()
}

/// The days of the date of a text in each order, if the text is a time in at least one.
pub(super) fn orders(text: &[u8]) -> Option<Days> {
    if let Some(nanos) = times::plain(text) {
        return Some([Some(nanos.div_euclid(DAY)); 3]);
    }
    let (days, rest) = date(text)?;
    behind_a_date(rest)?;
    days.iter().any(Option::is_some).then_some(days)
}

/// The date at the start of a text, and what follows it.
fn date(text: &[u8]) -> Option<(Days, &[u8])> {
    let text = without_weekday(text);
    let (digits, rest) = split_while(text, u8::is_ascii_digit);
    match digits.len() {
        0 => month_first(text),
        8 if !rest.first().is_some_and(u8::is_ascii_alphabetic) || rest.starts_with(b"T") => {
            let day = days(number(&digits[..4])?, number(&digits[4..6])?, number(&digits[6..])?)?;
            Some(([Some(day); 3], rest))
        }
        4 => year_first(digits, rest),
        1 | 2 => three_parts(digits, rest),
        _ => None,
    }
}

/// A weekday and what parts it from the date, as in `Thu, 17 Jun 2021`.
fn without_weekday(text: &[u8]) -> &[u8] {
    let (word, rest) = split_while(text, u8::is_ascii_alphabetic);
    let is_weekday = word.len() >= 3 && WEEKDAYS.iter().any(|name| is_start(name, word));
    if is_weekday { split_while(rest, |byte| b" ,.".contains(byte)).1 } else { text }
}

/// `2021-06-17`, `2021/6/7`, `2021-Jun-17`.
fn year_first<'a>(year: &[u8], rest: &'a [u8]) -> Option<(Days, &'a [u8])> {
    let (mark, rest) = separator(rest)?;
    let (month, rest) = month(rest)?;
    let (again, rest) = separator(rest)?;
    let (day, rest) = split_while(rest, u8::is_ascii_digit);
    let day = days(number(year)?, month, number(day).filter(|_| matches!(day.len(), 1 | 2) && mark == again)?)?;
    Some(([Some(day); 3], rest))
}

/// `Jun 17, 2021` or `June 17 21`.
fn month_first(text: &[u8]) -> Option<(Days, &[u8])> {
    let (month, rest) = named_month(text)?;
    let (_, rest) = split_while(rest, |byte| b" .-/".contains(byte));
    let (day, rest) = split_while(rest, u8::is_ascii_digit);
    let (mark, rest) = split_while(rest, |byte| b" ,-/".contains(byte));
    let (year, rest) = split_while(rest, u8::is_ascii_digit);
    let day = days(full_year(year)?, month, number(day).filter(|_| day.len() <= 2 && !mark.is_empty())?)?;
    Some(([Some(day); 3], rest))
}

/// `17/06/2021`, `6-17-21`, `17-Jun-2021`, `17JUN2021`.
fn three_parts<'a>(first: &[u8], rest: &'a [u8]) -> Option<(Days, &'a [u8])> {
    if let Some((month, rest)) = named_month(separator(rest).map_or(rest, |(_, rest)| rest)) {
        let (_, rest) = split_while(rest, |byte| b" .,-/".contains(byte));
        let (year, rest) = split_while(rest, u8::is_ascii_digit);
        return Some(([Some(days(full_year(year)?, month, number(first)?)?); 3], rest));
    }
    let (mark, rest) = separator(rest)?;
    let (second, rest) = split_while(rest, u8::is_ascii_digit);
    let (again, rest) = separator(rest).filter(|_| matches!(second.len(), 1 | 2))?;
    let (third, rest) = split_while(rest, u8::is_ascii_digit);
    if mark != again {
        return None;
    }
    let (one, two) = (number(first)?, number(second)?);
    let year = full_year(third);
    let behind = |month, day| days(year?, month, day);
    let before = || days(full_year(first)?, two, number(third).filter(|_| third.len() == 2)?);
    Some(([behind(two, one), behind(one, two), before()], rest))
}

/// A month by number or name.
fn month(text: &[u8]) -> Option<(i64, &[u8])> {
    let (digits, rest) = split_while(text, u8::is_ascii_digit);
    if matches!(digits.len(), 1 | 2) { Some((number(digits)?, rest)) } else { named_month(text) }
}

/// A month by its English name, or at least three letters of it.
fn named_month(text: &[u8]) -> Option<(i64, &[u8])> {
    let (word, rest) = split_while(text, u8::is_ascii_alphabetic);
    let at = MONTHS.iter().position(|name| word.len() >= 3 && is_start(name, word))?;
    Some((at as i64 + 1, rest))
}

fn is_start(name: &str, word: &[u8]) -> bool {
    name.as_bytes().get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// A year of four digits, or of two.
fn full_year(digits: &[u8]) -> Option<i64> {
    match digits.len() {
        4 => number(digits),
        2 => number(digits).map(|year| if year < PIVOT { 2000 + year } else { 1900 + year }),
        _ => None,
    }
}

fn separator(text: &[u8]) -> Option<(u8, &[u8])> {
    let (&mark, rest) = text.split_first()?;
    b"-/. ".contains(&mark).then_some((mark, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a text is in an order, as RFC 3339 without a zone.
    fn read_as(text: &str, order: Order) -> Option<String> {
        read(text.as_bytes(), order).map(|stamp| times::write(stamp.nanos).trim_end_matches('Z').to_owned())
    }

    #[test]
    fn dates_with_a_name_or_a_year_in_front_are_clear() {
        for text in [
            "2021-06-17",
            "2021/6/17",
            "2021.06.17",
            "2021-Jun-17",
            "20210617",
            "17-Jun-2021",
            "17 June 2021",
            "17JUN2021",
            "Jun 17, 2021",
            "June 17 2021",
            "Thu, 17 Jun 2021",
            "Thursday 17 Jun 2021",
            "17-jun-21",
            "17.Jun.2021",
        ] {
            for order in ORDERS {
                assert_eq!(read_as(text, order).as_deref(), Some("2021-06-17T00:00:00"), "{text} {order:?}");
            }
        }
        for text in ["2021-13-01", "2021-02-29", "2021-06/17", "17-Jux-2021", "17-Ju-2021", "2021", "06/2021", "2021-6"]
        {
            assert_eq!(orders(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn three_numbers_are_read_in_an_order() {
        let day = |text| ORDERS.map(|order| read_as(text, order).map(|time| time[..10].to_owned()));
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(day("01/02/2021"), [some("2021-02-01"), some("2021-01-02"), None]);
        assert_eq!(day("2/22/2013"), [None, some("2013-02-22"), None]);
        assert_eq!(day("17.06.2021"), [some("2021-06-17"), None, None]);
        assert_eq!(day("01-02-03"), [some("2003-02-01"), some("2003-01-02"), some("2001-02-03")]);
        assert_eq!(day("31/12/99"), [some("1999-12-31"), None, None]);
        assert_eq!(day("1/2.2021"), [None, None, None]);
    }

    #[test]
    fn times_of_day_are_read() {
        for (text, expected) in [
            ("08:30", "08:30:00"),
            ("8:30:05", "08:30:05"),
            ("083005", "08:30:05"),
            ("0830", "08:30:00"),
            ("08:30:05.25", "08:30:05.25"),
            ("08:30:05,25", "08:30:05.25"),
            ("8:30 PM", "20:30:00"),
            ("12:30am", "00:30:00"),
            ("12:00 p.m.", "12:00:00"),
            ("9 PM", "21:00:00"),
        ] {
            let text = format!("06/17/2021 {text}");
            assert_eq!(read_as(&text, Order::Mdy), Some(format!("2021-06-17T{expected}")), "{text}");
        }
        assert_eq!(read_as("20210617-08:30:05", Order::Ymd).as_deref(), Some("2021-06-17T08:30:05"));
        assert_eq!(read_as("2021-06-17-05:00", Order::Ymd), None);
        for text in [
            "24:00",
            "08:60",
            "08:30:60",
            "13:00 PM",
            "0:30 AM",
            "8",
            "8:3",
            "08:30 CET",
            "08:30 x",
            "08:30:05.0123456789",
        ] {
            assert_eq!(read_as(&format!("2021-06-17 {text}"), Order::Ymd), None, "{text}");
        }
    }

    #[test]
    fn zones_are_seen() {
        let zone =
            |text: &str| read(format!("2021-06-17 08:30:00{text}").as_bytes(), Order::Ymd).map(|stamp| stamp.offset);
        for (text, expected) in [
            ("", Offset::None),
            ("Z", Offset::Utc),
            (" UTC", Offset::Utc),
            (" GMT", Offset::Utc),
            ("+02:00", Offset::Seconds(7200)),
            ("-0330", Offset::Seconds(-12_600)),
            (" GMT+0200", Offset::Seconds(7200)),
            ("-05:00[America/New_York]", Offset::Seconds(-18_000)),
            (" US/Eastern", Offset::Named("US/Eastern".into())),
        ] {
            assert_eq!(zone(text), Some(expected), "{text}");
        }
        assert_eq!((zone(" EST"), zone("+25:00")), (None, None));
    }
}

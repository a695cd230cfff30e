//! The time of day at the end of a text, and the zone behind it.

use super::stamp::Offset;
use crate::cli::times::SECOND;

/// A time of day and a zone behind a date, or nothing.
pub(super) fn behind_a_date(rest: &[u8]) -> Option<(i64, Offset)> {
    if rest.is_empty() {
        return Some((0, Offset::None));
    }
    let (mark, clock) = match rest {
        [b'T' | b't', clock @ ..] => (true, clock),
        // Behind a date, -05:00 is an offset and -08:30:00 a time of day.
        [b'-', clock @ ..] => (clock.iter().filter(|&&byte| byte == b':').count() == 2, clock),
        _ => {
            let (blank, clock) = split_while(rest, |byte| b" ,;:_".contains(byte));
            (!blank.is_empty(), clock)
        }
    };
    if mark { time_of_day(clock) } else { None }
}

/// A time of day, with a zone if it names one: `08:30`, `8:30:00.5 PM`, `083000`, `08:30:00+02:00`, `08:30 US/Eastern`.
pub(super) fn time_of_day(text: &[u8]) -> Option<(i64, Offset)> {
    let (digits, rest) = split_while(text, u8::is_ascii_digit);
    let (hour, minute, second, rest) = match (digits.len(), rest.first()) {
        (1 | 2, Some(b':')) => {
            let (minute, rest) = pair(&rest[1..])?;
            let (second, rest) = match rest.first() {
                Some(b':') => pair(&rest[1..])?,
                _ => (0, rest),
            };
            (number(digits)?, minute, second, rest)
        }
        (1 | 2, _) if half(rest).is_some() => (number(digits)?, 0, 0, rest),
        (4, _) => (number(&digits[..2])?, number(&digits[2..])?, 0, rest),
        (6, _) => (number(&digits[..2])?, number(&digits[2..4])?, number(&digits[4..])?, rest),
        _ => return None,
    };
    let (nanos, rest) = fraction(rest)?;
    let (hour, rest) = match half(rest) {
        Some((afternoon, rest)) if (1..=12).contains(&hour) => (hour % 12 + if afternoon { 12 } else { 0 }, rest),
        Some(_) => return None,
        None => (hour, rest),
    };
    let legal = hour < 24 && minute < 60 && second < 60;
    let nanos = (hour * 3600 + minute * 60 + second) * SECOND + nanos;
    Some((nanos, zone(rest)?)).filter(|_| legal)
}

/// AM (false) or PM (true), and what follows.
fn half(rest: &[u8]) -> Option<(bool, &[u8])> {
    let word = rest.trim_ascii_start();
    [("a.m.", false), ("p.m.", true), ("am", false), ("pm", true)].into_iter().find_map(|(name, afternoon)| {
        let (found, rest) = word.split_at_checked(name.len())?;
        let ends = !rest.first().is_some_and(u8::is_ascii_alphabetic);
        (ends && found.eq_ignore_ascii_case(name.as_bytes())).then_some((afternoon, rest))
    })
}

/// The nanoseconds of a fraction of a second, if there is one.
fn fraction(rest: &[u8]) -> Option<(i64, &[u8])> {
    let [b'.' | b',', more @ ..] = rest else { return Some((0, rest)) };
    let (digits, rest) = split_while(more, u8::is_ascii_digit);
    let scale = 10_i64.pow(9_u32.checked_sub(digits.len() as u32)?);
    Some((number(digits)? * scale, rest))
}

/// The zone at the end of a text.
fn zone(rest: &[u8]) -> Option<Offset> {
    let rest = rest.trim_ascii();
    let rest = rest.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]")).unwrap_or(rest);
    let behind_utc = ["UTC", "GMT"].iter().find_map(|name| {
        let (found, rest) = rest.split_at_checked(3)?;
        found.eq_ignore_ascii_case(name.as_bytes()).then_some(rest)
    });
    match (rest, behind_utc) {
        (b"", _) => Some(Offset::None),
        (b"Z" | b"z", _) | (_, Some(b"")) => Some(Offset::Utc),
        ([b'+' | b'-', ..], _) => offset(rest),
        (_, Some(rest)) => offset(rest),
        // `US/Eastern`; whether there is such a zone is found out when it is needed.
        _ if rest.contains(&b'/') && rest.iter().all(|byte| byte.is_ascii_graphic()) => {
            Some(Offset::Named(std::str::from_utf8(rest).ok()?.into()))
        }
        _ => None,
    }
}

/// `+02`, `+2`, `+0200`, `+02:00`, and a zone in brackets behind it, which is not needed.
fn offset(text: &[u8]) -> Option<Offset> {
    let text = text.split(|&byte| byte == b'[').next()?.trim_ascii_end();
    let (sign, digits) = match text {
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match (digits.len(), digits.iter().position(|&byte| byte == b':')) {
        (1 | 2, None) => (digits, &b"0"[..]),
        (4, None) => digits.split_at(2),
        (4 | 5, Some(at)) => (&digits[..at], &digits[at + 1..]),
        _ => return None,
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let seconds = i32::try_from(sign * (hours * 3600 + minutes * 60)).ok()?;
    (hours <= 18 && minutes < 60).then_some(Offset::Seconds(seconds))
}

/// Two digits.
fn pair(text: &[u8]) -> Option<(i64, &[u8])> {
    let (digits, rest) = text.split_at_checked(2)?;
    Some((number(digits)?, rest))
}

/// The number of a few digits.
pub(super) fn number(digits: &[u8]) -> Option<i64> {
    let few = (1..=9).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit);
    few.then(|| digits.iter().fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')))
}

pub(super) fn split_while(text: &[u8], is: impl Fn(&u8) -> bool) -> (&[u8], &[u8]) {
    text.split_at(text.iter().position(|byte| !is(byte)).unwrap_or(text.len()))
}

//! The cells of a time column, alike for every format of file.

use crate::cli::times;

/// One cell of a time column, as its file gives it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Cell<'a> {
    /// Text, without blanks around it.
    Text(&'a [u8]),
    /// A whole number of unknown unit.
    Count(i64),
    /// A number with a fraction.
    Number(f64),
    /// Nanoseconds since the Unix epoch, UTC.
    Instant(i64),
    /// Nanoseconds from 1970-01-01T00:00 on the clock of an unnamed zone.
    Local(i64),
    /// A value that no reading can use, and why.
    Wrong(&'static str),
}

impl<'a> Cell<'a> {
    /// The cell of a text: digits are a count, so that a number is read alike in every format.
    pub(crate) fn of_text(text: &'a [u8]) -> Self {
        // Programs with one number type write whole numbers as 1623918600.0.
        let whole = match text.iter().position(|&byte| byte == b'.') {
            Some(at) if at > 0 && at + 1 < text.len() && text[at + 1..].iter().all(|&byte| byte == b'0') => &text[..at],
            _ => text,
        };
        match count(whole) {
            Some(count) => Self::Count(count),
            None => Self::Text(text),
        }
    }

    /// The cell, with a text of digits as the count that it is.
    pub(crate) fn counted(self) -> Self {
        match self {
            Self::Text(text) => Self::of_text(text),
            other => other,
        }
    }

    /// The cell as messages show it, at most 40 characters of it.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Text(text) => format!("{:?}", String::from_utf8_lossy(text).chars().take(40).collect::<String>()),
            Self::Count(count) => count.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Instant(nanos) | Self::Local(nanos) => times::write(*nanos),
            Self::Wrong(why) => (*why).into(),
        }
    }
}

/// A whole number of at most 19 digits.
fn count(text: &[u8]) -> Option<i64> {
    let (negative, digits) = text.strip_prefix(b"-").map_or((false, text), |rest| (true, rest));
    if !(1..=19).contains(&digits.len()) {
        return None;
    }
    let mut sum = 0_i64;
    for &byte in digits {
        if !byte.is_ascii_digit() {
            return None;
        }
        sum = sum.checked_mul(10)?.checked_add(i64::from(byte - b'0'))?;
    }
    Some(if negative { -sum } else { sum })
}

/// Whether a cell is empty, or says so.
pub(super) fn is_missing(text: &[u8]) -> bool {
    let names: [&[u8]; 8] = [b"", b"nan", b"nat", b"null", b"none", b"n/a", b"na", b"-"];
    text.len() <= 4 && names.iter().any(|name| name.eq_ignore_ascii_case(text))
}

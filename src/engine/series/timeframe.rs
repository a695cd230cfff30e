//! Timeframes: how long bars are.

use std::fmt;
use std::str::FromStr;

use super::calendar::date::{DAY, DAY_SECONDS, SECOND, civil, first_of_month, month_of};
use super::error::Error;

/// The length of a bar: seconds, or months of the calendar. Timeframes of equal length are equal: `60m` is `1h`.
///
/// Lengths are in order, and months come after them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timeframe {
    /// Seconds, or a number of months above [`MONTHS`].
    code: u32,
}

/// The units of a timeframe and their seconds, longest first.
const UNITS: [(char, u32); 5] = [('w', 604_800), ('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// Where the codes of months begin.
const MONTHS: u32 = 1 << 31;

/// The months that are timeframes: what a year is made of.
const MONTHS_OF: [u32; 6] = [1, 2, 3, 4, 6, 12];

impl Timeframe {
    /// The shortest timeframe, a second.
    pub const SHORTEST: Self = Self { code: 1 };
    /// The most days of a timeframe that is not of months.
    pub const DAYS_MAX: u64 = 366;

    /// A number that stands for it in stored forms: its seconds, or for months 2^31 and their number.
    pub fn code(self) -> u32 {
        self.code
    }

    /// The timeframe of a code, if it is one.
    pub fn from_code(code: u32) -> Option<Self> {
        let valid = match code.checked_sub(MONTHS) {
            Some(months) => MONTHS_OF.contains(&months),
            None => code >= 1 && u64::from(code) <= Self::DAYS_MAX * 86_400,
        };
        valid.then_some(Self { code })
    }

    /// The timeframe of this many seconds, if in range.
    pub fn from_seconds(seconds: u32) -> Option<Self> {
        Self::from_code(seconds).filter(|timeframe| timeframe.months().is_none())
    }

    /// The length in nanoseconds; `None` if it is of months.
    pub fn nanos(self) -> Option<i64> {
        self.months().is_none().then(|| i64::from(self.code) * SECOND)
    }

    /// The number of months, if it is of months.
    pub fn months(self) -> Option<i64> {
        self.code.checked_sub(MONTHS).map(i64::from)
    }

    /// When a bar that opens at this time closes, in nanoseconds since the Unix epoch; `None` beyond the last representable time.
    ///
    /// Months later, at the same time of the same day of the month: of the last day if it opens on the last one, as its clock may
    /// be ahead of UTC; at the start of the last day if the month is too short.
    pub fn close(self, open: i64) -> Option<i64> {
        let Some(months) = self.months() else { return open.checked_add(i64::from(self.code) * SECOND) };
        let (day, time) = (open.div_euclid(DAY), open.rem_euclid(DAY));
        let month = month_of(day);
        let last = |month: i64| first_of_month(month + 1) - 1;
        let (of_month, last_then) = (civil(day).2, last(month + months));
        let same = first_of_month(month + months) + of_month - 1;
        let close = if day == last(month) {
            i128::from(last_then) * i128::from(DAY) + i128::from(time)
        } else {
            let same = i128::from(same) * i128::from(DAY) + i128::from(time);
            same.min(i128::from(last_then) * i128::from(DAY)).max(i128::from(open))
        };
        i64::try_from(close).ok()
    }

    /// Bars that open before the result are closed at `time`, and no others.
    pub fn opens_before(self, time: i64) -> i64 {
        if let Some(length) = self.nanos() {
            return time.saturating_sub(length).saturating_add(1);
        }
        // By bisection: closes are in the order of the opens.
        let closed = |open: i64| self.close(open).is_some_and(|close| close <= time);
        let (mut closed_at, mut open_at) = (time.saturating_sub(400 * DAY), time);
        if !closed(closed_at) {
            return closed_at;
        }
        while closed_at < open_at - 1 {
            let middle = closed_at + (open_at - closed_at) / 2;
            if closed(middle) { closed_at = middle } else { open_at = middle }
        }
        open_at
    }
}

impl FromStr for Timeframe {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let parse = || {
            let (count, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
            let plain = !count.is_empty() && count.bytes().all(|b| b.is_ascii_digit()) && !count.starts_with('0');
            let count = plain.then(|| count.parse::<u32>().ok())??;
            if unit == "M" {
                return MONTHS_OF.contains(&count).then_some(Self { code: MONTHS + count });
            }
            let (_, seconds) = UNITS.iter().find(|(name, _)| unit.starts_with(*name))?;
            Self::from_seconds(count.checked_mul(*seconds)?)
        };
        parse().ok_or_else(|| Error::Timeframe { given: text.chars().take(32).collect(), max_days: Self::DAYS_MAX })
    }
}

impl fmt::Display for Timeframe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(months) = self.months() {
            return write!(f, "{months}M");
        }
        // Whole weeks are shown in weeks (1w, not 7d), anything else in the longest unit that divides it.
        let divisor = UNITS.iter().find(|(_, seconds)| self.code.is_multiple_of(*seconds));
        let (unit, seconds) = divisor.expect("every length is a whole number of seconds");
        write!(f, "{}{unit}", self.code / seconds)
    }
}

const _: () = assert!(DAY_SECONDS == UNITS[1].1 as i64);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::calendar::date::parse as date;

    fn timeframe(text: &str) -> Timeframe {
        text.parse().expect("valid")
    }

    #[test]
    fn timeframes_are_lengths() {
        for (text, shown) in [
            ("60m", "1h"),
            ("1d", "1d"),
            ("24h", "1d"),
            ("7d", "1w"),
            ("90s", "90s"),
            ("15m", "15m"),
            ("1M", "1M"),
            ("3M", "3M"),
            ("12M", "12M"),
        ] {
            let found = timeframe(text);
            assert_eq!((found.to_string().as_str(), Timeframe::from_code(found.code())), (shown, Some(found)));
        }
        let wrong = ["", "m", "0m", "01m", "-1m", "1.5h", "1y", "99999999999w", "4294967295d", "1m ", "+1m"];
        for text in wrong.into_iter().chain(["5M", "13M", "M", "0M", "24M", "1\u{fffd}"]) {
            assert!(text.parse::<Timeframe>().is_err(), "{text:?}");
        }
        for code in [0, 31_622_401, MONTHS, MONTHS + 5, u32::MAX] {
            assert_eq!(Timeframe::from_code(code), None);
        }
        assert_eq!(Timeframe::from_seconds(MONTHS + 1), None);
        assert!(timeframe("366d") < timeframe("1M") && timeframe("1M") < timeframe("3M"));
    }

    #[test]
    fn months_end_with_those_of_the_clock_of_their_bars() {
        let at = |text: &str, hours: i64| date(text).expect("a date") * DAY + hours * 3600 * SECOND;
        for (text, open, hours, close, hours_then) in [
            ("1M", "2024-01-01", 0, "2024-02-01", 0),
            ("1M", "2024-12-01", 5, "2025-01-01", 5),
            ("3M", "2023-12-01", 0, "2024-03-01", 0),
            ("12M", "2024-01-01", 0, "2025-01-01", 0),
            // Months that begin on the last day of a month in UTC, as in Berlin.
            ("1M", "2023-12-31", 23, "2024-01-31", 23),
            ("1M", "2024-01-31", 23, "2024-02-29", 23),
            ("1M", "2024-02-29", 23, "2024-03-31", 23),
            ("3M", "2023-11-30", 23, "2024-02-29", 23),
            // The first session of a month.
            ("1M", "2024-01-02", 14, "2024-02-02", 14),
            ("1M", "2024-01-30", 14, "2024-02-29", 0),
        ] {
            assert_eq!(timeframe(text).close(at(open, hours)), Some(at(close, hours_then)), "{text} {open}");
        }
        assert_eq!(timeframe("1M").close(i64::MAX - DAY), None);
        assert!(timeframe("1M").close(i64::MIN).is_some());
    }

    #[test]
    fn bars_are_closed_in_the_order_of_their_opens() {
        for text in ["1M", "2M", "3M", "4M", "6M", "12M", "1d", "1w"] {
            let timeframe = timeframe(text);
            let mut before = i64::MIN;
            // Over two leap years and a century, in steps that meet all times of a day.
            for step in 0..60_000 {
                let open = date("1895-11-01").expect("a date") * DAY + step * 7 * 3600 * SECOND + step;
                let close = timeframe.close(open).expect("in range");
                assert!(close >= before.max(open), "{text} {open}");
                let closed = timeframe.opens_before(close);
                assert!(closed > open && timeframe.opens_before(close - 1) <= open, "{text} {open}");
                before = close;
            }
            for time in [i64::MIN, i64::MIN + 1, i64::MAX] {
                let closed = timeframe.opens_before(time);
                assert!(timeframe.close(closed).is_none_or(|close| close > time), "{text} {time}");
            }
        }
    }
}

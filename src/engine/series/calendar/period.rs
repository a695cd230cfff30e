//! Lengths of bars in a calendar: parts of a session, or whole days, weeks and months.

use super::date::{DAY, first_of_month, month_of};

/// The first Monday after 1970-01-01, a Thursday.
const MONDAY: i64 = 4;

/// The length of a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::series) enum Period {
    /// Nanoseconds, from the start of each part of a session.
    Intraday(i64),
    /// This many days from 1970-01-01, or from a Monday if they are weeks.
    Days(i64),
    /// This many months from January 1970.
    Months(i64),
}

impl Period {
    /// The period of a length in nanoseconds.
    pub(in crate::series) fn of_length(length: i64) -> Self {
        if length % DAY == 0 { Self::Days(length / DAY) } else { Self::Intraday(length) }
    }

    fn origin(days: i64) -> i64 {
        if days % 7 == 0 { MONDAY } else { 0 }
    }

    /// The first date of the period that has this date, and that of the next one.
    pub(in crate::series) fn dates(self, day: i64) -> [i64; 2] {
        match self {
            Self::Intraday(_) => [day, day + 1],
            Self::Days(days) => {
                let first = day - (day - Self::origin(days)).rem_euclid(days);
                [first, first + days]
            }
            Self::Months(months) => {
                let first = month_of(day).div_euclid(months) * months;
                [first, first + months].map(first_of_month)
            }
        }
    }

    /// Whether each of these periods is a union of the others.
    pub(in crate::series) fn is_made_of(self, other: Self) -> bool {
        match (self, other) {
            (Self::Days(days), Self::Days(others)) => {
                days % others == 0 && (Self::origin(days) - Self::origin(others)) % others == 0
            }
            (Self::Months(months), Self::Months(others)) => months % others == 0,
            (Self::Months(_), Self::Days(days)) => days == 1,
            _ => false,
        }
    }

    /// An upper bound of the number of bars in a number of days, each of which has a session in two parts at most.
    pub(in crate::series) fn count(self, days: u64) -> u64 {
        match self {
            Self::Intraday(length) => days.saturating_mul((DAY / length) as u64 + 4),
            Self::Days(each) => days / each.unsigned_abs() + 2,
            Self::Months(months) => days / (28 * months.unsigned_abs()) + 2,
        }
    }
}

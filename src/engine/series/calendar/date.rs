//! Dates of the Gregorian calendar as numbers of days since 1970-01-01, and months as numbers since January 1970.

/// The seconds of a day.
pub(in crate::series) const DAY_SECONDS: i64 = 86_400;

/// The nanoseconds of a second.
pub(in crate::series) const SECOND: i64 = 1_000_000_000;

/// The nanoseconds of a day.
pub(in crate::series) const DAY: i64 = DAY_SECONDS * SECOND;

/// Year, month (1 to 12) and day of the month of a date (H. Hinnant, chrono-compatible low-level date algorithms).
pub(in crate::series) fn civil(day: i64) -> (i64, i64, i64) {
    // Years begin in March here, so that the leap day is the last one of a year.
    let day = day + 719_468;
    let era = day.div_euclid(146_097);
    let of_era = day.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + 400 * era + i64::from(month <= 2), month, day)
}

/// The date of a year, a month (1 to 12) and a day of the month.
pub(in crate::series) fn day_of(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + 365 * of_era + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The month of a date.
pub(in crate::series) fn month_of(day: i64) -> i64 {
    let (year, month, _) = civil(day);
    12 * (year - 1970) + month - 1
}

/// The first date of a month.
pub(in crate::series) fn first_of_month(month: i64) -> i64 {
    day_of(1970 + month.div_euclid(12), 1 + month.rem_euclid(12), 1)
}

/// The day of the week of a date: Monday is 1, Sunday 7.
pub(in crate::series) fn weekday(day: i64) -> i64 {
    (day + 3).rem_euclid(7) + 1
}

/// A date as `YYYY-MM-DD`.
pub(in crate::series) fn text_of(day: i64) -> String {
    let (year, month, day) = civil(day);
    format!("{year:04}-{month:02}-{day:02}")
}

/// The date of a `YYYY-MM-DD`.
pub(in crate::series) fn parse(text: &str) -> Option<i64> {
    let mut parts = text.split('-').map(|part| part.parse().ok());
    Some(day_of(parts.next()??, parts.next()??, parts.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_months_follow_each_other() {
        let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let (mut day, mut month) = (day_of(1677, 1, 1), 12 * (1677 - 1970));
        assert_eq!(day, -107_015);
        for year in 1677..2263 {
            for length in [31, if leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
                assert_eq!(first_of_month(month), day);
                for of_month in 1..=length {
                    assert_eq!(civil(day), (year, month.rem_euclid(12) + 1, of_month));
                    assert_eq!(month_of(day), month);
                    day += 1;
                }
                month += 1;
            }
        }
        // Thursday, 17 June 2021.
        assert_eq!((weekday(18_795), text_of(18_795), parse("2021-06-17")), (4, "2021-06-17".into(), Some(18_795)));
        assert_eq!([parse("2021-06"), parse("2021-6-x")], [None, None]);
    }
}

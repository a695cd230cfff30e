//! The time grid of a timeframe.

use crate::series::calendar::Calendar;
use crate::series::calendar::date::{DAY, SECOND, first_of_month, month_of};
use crate::series::calendar::period::Period;
use crate::series::calendar::place::{Outside, Place};
use crate::series::resampling::options::Resampling;
use crate::series::timeframe::Timeframe;

const WEEK: i64 = 7 * DAY;
/// From the Unix epoch, a Thursday, to the first Monday.
const MONDAY: i64 = 4 * DAY;

/// The grid of a timeframe.
///
/// Without a calendar: multiples of its length from 1970-01-01T00:00Z, or from a Monday if the length is a multiple of a week; or
/// months. So days begin at 00:00 UTC; the session offset shifts everything. With a calendar: its days or sessions, weeks and
/// months of them, or parts of them that begin anew with each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Grid(Shape);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Shape {
    Fixed { origin: i64, length: i64 },
    Months { offset: i64, months: i64 },
    Calendar { calendar: Calendar, period: Period, outside: Outside },
}

impl Grid {
    /// The grid of a timeframe.
    pub fn new(timeframe: Timeframe, resampling: &Resampling) -> Self {
        let offset = i64::from(resampling.offset_minutes()) * 60 * SECOND;
        Self(match (timeframe.nanos(), resampling.calendar()) {
            (_, Some(calendar)) => Shape::Calendar { calendar, period: period(timeframe), outside: Outside::Omitted },
            (None, None) => Shape::Months { offset, months: timeframe.months().unwrap_or(1) },
            (Some(length), None) => {
                let monday = if length % WEEK == 0 { MONDAY } else { 0 };
                // Normalised, so that equal grids have equal origins.
                Shape::Fixed { origin: (monday + offset).rem_euclid(length), length }
            }
        })
    }

    /// The begin and end of the bar that contains `time`. `None` as the end: beyond the last representable time.
    ///
    /// By a calendar, there is none between sessions; then both are this time.
    pub fn bounds(&self, time: i64) -> (i64, Option<i64>) {
        self.place(time).bar.unwrap_or((time, Some(time)))
    }

    /// The bar that spans `time`, and whether source bars that open at this time are part of it.
    #[inline]
    pub fn place(&self, time: i64) -> Place {
        let (start, end) = match self.0 {
            Shape::Fixed { origin, length } => {
                let since = match time.checked_sub(origin) {
                    Some(since) => since.rem_euclid(length),
                    // Less than one length, so it fits 64 bits.
                    None => (i128::from(time) - i128::from(origin)).rem_euclid(i128::from(length)) as i64,
                };
                (time.saturating_sub(since), time.checked_add(length - since))
            }
            Shape::Months { offset, months } => month(time, offset, months),
            Shape::Calendar { calendar, period, outside } => return calendar.place(period, outside, time),
        };
        Place { bar: Some((start, end)), is_open: true, from: start, until: end }
    }

    /// The begin of the first bar that begins at `time` or later.
    pub fn next(&self, time: i64) -> Option<i64> {
        let mut at = time;
        loop {
            let place = self.place(at);
            match place.bar {
                Some((start, _)) if start >= time => return Some(start),
                // Inside of a bar, what follows its end; outside, the time at which that ends. Both are later.
                Some((_, end)) => at = end?,
                None => at = place.until?,
            }
        }
    }

    /// Passes on when the bars of a gap begin: from the end of a bar up to the begin of a later one.
    pub(super) fn between(&self, end: i64, begin: i64, mut each: impl FnMut(i64)) {
        if let Shape::Fixed { length, .. } = self.0 {
            // The bar before begins one length before `end`, and a bar exists at `begin`, so all of these are valid times.
            return (end..begin).step_by(length as usize).for_each(each);
        }
        let mut end = Some(end);
        while let Some(time) = end.and_then(|end| self.next(end)).filter(|&time| time < begin) {
            each(time);
            end = self.bounds(time).1;
        }
    }

    /// Bars that begin before the result are closed at `time`, and no others.
    pub fn opens_before(&self, time: i64) -> i64 {
        match self.0 {
            Shape::Fixed { length, .. } => time.saturating_sub(length).saturating_add(1),
            _ => self.place(time).bar.map_or(time, |(start, _)| start),
        }
    }

    /// This grid, if its bars can be made of stored bars of a timeframe.
    pub fn made_of(&self, source: Timeframe) -> Option<Self> {
        let is_made = match self.0 {
            Shape::Fixed { origin, length } => match Self::new(source, &Resampling::default()).0 {
                Shape::Fixed { origin: of_source, length: by } => length % by == 0 && (origin - of_source) % by == 0,
                _ => false,
            },
            Shape::Months { offset, months } => match Self::new(source, &Resampling::default()).0 {
                Shape::Fixed { length, .. } => DAY % length == 0 && offset % length == 0,
                Shape::Months { months: by, .. } => months % by == 0 && offset == 0,
                Shape::Calendar { .. } => false,
            },
            Shape::Calendar { calendar, period: own, .. } => {
                let outside = calendar.made_of(own, period(source))?;
                return Some(Self(Shape::Calendar { calendar, period: own, outside }));
            }
        };
        is_made.then_some(*self)
    }

    /// An upper bound of the number of bars from the one that contains `first` to the one that contains `last`; without a
    /// calendar, the number.
    pub fn count(&self, first: i64, last: i64) -> u64 {
        let place = |time: i64| match self.0 {
            Shape::Fixed { origin, length } => (i128::from(time) - i128::from(origin)).div_euclid(length.into()),
            Shape::Months { offset, months } => month_of_time(time, offset).div_euclid(months).into(),
            Shape::Calendar { .. } => i128::from(time.div_euclid(DAY)),
        };
        let count = u64::try_from(place(last) - place(first) + 1).unwrap_or(0);
        match self.0 {
            Shape::Calendar { period, .. } => period.count(count.saturating_add(1)),
            _ => count,
        }
    }

    /// The identity of the grid, a text without spaces; by a calendar, with the digest of its tables.
    pub fn key(&self) -> String {
        match self.0 {
            Shape::Fixed { origin, length } => format!("{origin}:{length}"),
            Shape::Months { offset, months } => format!("{offset}:{months}M"),
            Shape::Calendar { calendar, period, outside } => {
                format!("{}@{:x}:{period:?}:{outside:?}", calendar.name(), calendar.digest())
            }
        }
    }
}

/// The period of a timeframe in a calendar.
fn period(timeframe: Timeframe) -> Period {
    match (timeframe.nanos(), timeframe.months()) {
        (Some(length), _) => Period::of_length(length),
        (None, months) => Period::Months(months.unwrap_or(1)),
    }
}

/// The number of the month of a time, by a clock that is behind UTC.
fn month_of_time(time: i64, offset: i64) -> i64 {
    let day = (i128::from(time) - i128::from(offset)).div_euclid(i128::from(DAY));
    month_of(day as i64)
}

/// The begin and the end of the months that contain a time.
fn month(time: i64, offset: i64, months: i64) -> (i64, Option<i64>) {
    let first = month_of_time(time, offset).div_euclid(months) * months;
    let begin = |month: i64| i128::from(first_of_month(month)) * i128::from(DAY) + i128::from(offset);
    (i64::try_from(begin(first)).unwrap_or(i64::MIN), i64::try_from(begin(first + months)).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(timeframe: &str, offset_minutes: i32) -> Grid {
        let resampling = Resampling::new(offset_minutes, Default::default(), false).expect("in range");
        Grid::new(timeframe.parse().expect("valid"), &resampling)
    }

    #[test]
    fn bars_begin_where_people_expect_them() {
        let hour = 3600 * SECOND;
        // 2021-06-17T08:30:00Z, a Thursday.
        let time = 1_623_918_600 * SECOND;
        let day = 1_623_888_000 * SECOND;
        for (timeframe, offset, start) in [
            ("15m", 0, day + 8 * hour + hour / 2),
            ("1h", 0, day + 8 * hour),
            ("4h", 0, day + 8 * hour),
            ("1d", 0, day),
            ("1w", 0, day - 3 * 24 * hour),
            ("1h", 15, day + 8 * hour + hour / 4),
            ("1d", 570, day - 24 * hour + 9 * hour + hour / 2),
            ("1d", -120, day - 2 * hour),
            ("1w", -120, day - 3 * 24 * hour - 2 * hour),
        ] {
            let grid = grid(timeframe, offset);
            let length = timeframe.parse::<Timeframe>().expect("valid").nanos().expect("not of months");
            assert_eq!(grid.bounds(time), (start, Some(start + length)), "{timeframe} {offset}");
            assert_eq!(grid.bounds(start).0, start);
            assert_eq!(grid.bounds(start - 1).1, Some(start));
        }
    }

    #[test]
    fn extreme_times_have_bars() {
        let grid = grid("1d", 0);
        assert_eq!(grid.bounds(i64::MIN).0, i64::MIN);
        assert_eq!(grid.bounds(i64::MAX).1, None);
        assert!(grid.count(i64::MIN, i64::MAX) > 213_000);
        assert_eq!(grid.count(0, 0), 1);
    }

    #[test]
    fn only_whole_bars_make_a_bar() {
        for (one, offset, other, made) in [
            ("1h", 0, "15m", true),
            ("1h", 0, "1h", true),
            ("1h", 0, "25m", false),
            ("15m", 0, "1h", false),
            ("1d", 570, "1h", false),
            ("1d", 570, "30m", true),
            ("1d", 60, "1h", true),
            ("1w", 0, "1d", true),
            // 24 bars of 7 hours are a week, but none begins on a Monday at 00:00.
            ("1w", 0, "7h", false),
            ("2w", 0, "1w", true),
            ("1d", 1439, "1d", false),
        ] {
            assert_eq!(
                grid(one, offset).made_of(other.parse().expect("valid")).is_some(),
                made,
                "{one} {offset} of {other}"
            );
        }
        assert_eq!(grid("1h", 60), grid("1h", 0));
        assert!(Resampling::new(1440, Default::default(), false).is_err());
        assert!(Resampling::new(i32::MIN, Default::default(), false).is_err());
    }
}

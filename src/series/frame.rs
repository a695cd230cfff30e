//! Frames: where the bars of a timeframe begin and end, and what a caller may choose of that.

use super::{Error, Timeframe};

/// What stands where a timeframe has no bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Fill {
    /// Nothing: gaps stay gaps.
    #[default]
    None,
    /// A bar whose four prices are the close of the bar before, of volume 0.
    Previous,
    /// A bar of NaN, of volume 0.
    Nan,
}

impl Fill {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Previous => "previous",
            Self::Nan => "nan",
        }
    }
}

/// How bars are made of shorter ones, as far as a caller chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Resampling {
    offset_minutes: i32,
    /// What stands where there is no bar.
    pub fill: Fill,
    /// The newest bar is given before it is closed.
    pub include_forming: bool,
}

impl Resampling {
    /// The most minutes by which sessions begin before or after 00:00 UTC.
    pub const OFFSET_MINUTES_MAX: i32 = 1439;

    /// Bars on a grid that begins so many minutes after 00:00 UTC.
    pub fn new(offset_minutes: i32, fill: Fill, include_forming: bool) -> Result<Self, Error> {
        if offset_minutes.unsigned_abs() > Self::OFFSET_MINUTES_MAX.unsigned_abs() {
            return Err(Error::SessionOffset { given: offset_minutes, max: Self::OFFSET_MINUTES_MAX });
        }
        Ok(Self { offset_minutes, fill, include_forming })
    }

    /// The minutes after 00:00 UTC at which the grid begins.
    pub fn offset_minutes(&self) -> i32 {
        self.offset_minutes
    }
}

const SECOND: i64 = 1_000_000_000;
const WEEK: i64 = 604_800 * SECOND;
/// From the Unix epoch, a Thursday, to the first Monday.
const MONDAY: i64 = 4 * 86_400 * SECOND;

/// Where the bars of a timeframe begin: whole lengths from 1970-01-01T00:00Z, and from a Monday when the length is whole
/// weeks. So days begin at 00:00 UTC, and all are moved by the offset of the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Grid {
    origin: i64,
    length: i64,
}

impl Grid {
    /// The grid of a timeframe.
    pub fn new(timeframe: Timeframe, resampling: &Resampling) -> Self {
        let length = timeframe.nanos();
        let monday = if length % WEEK == 0 { MONDAY } else { 0 };
        // The same grid has one origin only.
        let origin = (monday + i64::from(resampling.offset_minutes) * 60 * SECOND).rem_euclid(length);
        Self { origin, length }
    }

    /// When the bar that holds `time` begins, and when it ends. No end is one that no time reaches.
    pub fn bounds(&self, time: i64) -> (i64, Option<i64>) {
        let since = (i128::from(time) - i128::from(self.origin)).rem_euclid(i128::from(self.length));
        // It is less than a length, which has 64 bits.
        let since = since as i64;
        (time.saturating_sub(since), time.checked_add(self.length - since))
    }

    /// Each bar of this grid is whole bars of the other.
    pub fn is_made_of(&self, other: &Self) -> bool {
        self.length % other.length == 0 && (self.origin - other.origin) % other.length == 0
    }

    /// The bars from the one that holds `first` to the one that holds `last`.
    pub fn count(&self, first: i64, last: i64) -> u64 {
        let place = |time: i64| (i128::from(time) - i128::from(self.origin)).div_euclid(i128::from(self.length));
        u64::try_from(place(last) - place(first) + 1).unwrap_or(0)
    }

    /// The length of a bar in nanoseconds.
    pub fn length(&self) -> i64 {
        self.length
    }

    /// What tells the grid apart from all others: where it begins and the length of a bar, in nanoseconds.
    pub fn key(&self) -> (i64, i64) {
        (self.origin, self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(timeframe: &str, offset_minutes: i32) -> Grid {
        let resampling = Resampling::new(offset_minutes, Fill::None, false).expect("in range");
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
            assert_eq!(grid.bounds(time), (start, Some(start + grid.length())), "{timeframe} {offset}");
            assert_eq!(grid.bounds(start).0, start);
            assert_eq!(grid.bounds(start - 1).1, Some(start));
        }
    }

    #[test]
    fn times_at_the_ends_of_time_have_their_bars() {
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
            // 24 bars of 7 hours are a week, but none of them begins on a Monday at 00:00.
            ("1w", 0, "7h", false),
            ("2w", 0, "1w", true),
            ("1d", 1439, "1d", false),
        ] {
            assert_eq!(grid(one, offset).is_made_of(&grid(other, 0)), made, "{one} {offset} of {other}");
        }
        assert_eq!(grid("1h", 60), grid("1h", 0));
        assert!(Resampling::new(1440, Fill::None, false).is_err());
        assert!(Resampling::new(i32::MIN, Fill::None, false).is_err());
    }
}

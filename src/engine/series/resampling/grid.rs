//! The time grid of a timeframe, and the options of resampling.

use crate::series::{Error, Timeframe};

/// How gaps in a timeframe are filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Fill {
    /// Not at all: gaps stay gaps.
    #[default]
    None,
    /// With a bar whose prices are the previous close, of volume 0.
    Previous,
    /// With a bar of NaN, of volume 0.
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

/// The resampling options a caller may set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Resampling {
    offset_minutes: i32,
    /// How gaps are filled.
    pub fill: Fill,
    /// Whether the newest bar is returned before it is closed.
    pub include_forming: bool,
}

impl Resampling {
    /// The maximum session offset from 00:00 UTC, in minutes, in either direction.
    pub const OFFSET_MINUTES_MAX: i32 = 1439;

    /// Bars on a grid that is offset this many minutes from 00:00 UTC.
    pub fn new(offset_minutes: i32, fill: Fill, include_forming: bool) -> Result<Self, Error> {
        if offset_minutes.unsigned_abs() > Self::OFFSET_MINUTES_MAX.unsigned_abs() {
            return Err(Error::SessionOffset { given: offset_minutes, max: Self::OFFSET_MINUTES_MAX });
        }
        Ok(Self { offset_minutes, fill, include_forming })
    }

    /// The offset of the grid from 00:00 UTC, in minutes.
    pub fn offset_minutes(&self) -> i32 {
        self.offset_minutes
    }
}

const SECOND: i64 = 1_000_000_000;
const WEEK: i64 = 604_800 * SECOND;
/// From the Unix epoch, a Thursday, to the first Monday.
const MONDAY: i64 = 4 * 86_400 * SECOND;

/// The grid of a timeframe: multiples of its length from 1970-01-01T00:00Z, or from a Monday if the length is a multiple of
/// a week. So days begin at 00:00 UTC; the session offset shifts everything.
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
        // Normalised, so that equal grids have equal origins.
        let origin = (monday + i64::from(resampling.offset_minutes) * 60 * SECOND).rem_euclid(length);
        Self { origin, length }
    }

    /// The begin and end of the bar that contains `time`. `None` as the end: beyond the last representable time.
    pub fn bounds(&self, time: i64) -> (i64, Option<i64>) {
        let since = (i128::from(time) - i128::from(self.origin)).rem_euclid(i128::from(self.length));
        // Less than one length, so it fits 64 bits.
        let since = since as i64;
        (time.saturating_sub(since), time.checked_add(self.length - since))
    }

    /// Whether each bar of this grid is a union of bars of the other.
    pub fn is_made_of(&self, other: &Self) -> bool {
        self.length % other.length == 0 && (self.origin - other.origin) % other.length == 0
    }

    /// The number of bars from the one that contains `first` to the one that contains `last`.
    pub fn count(&self, first: i64, last: i64) -> u64 {
        let place = |time: i64| (i128::from(time) - i128::from(self.origin)).div_euclid(i128::from(self.length));
        u64::try_from(place(last) - place(first) + 1).unwrap_or(0)
    }

    /// The length of a bar in nanoseconds.
    pub fn length(&self) -> i64 {
        self.length
    }

    /// The identity of the grid: origin and bar length, in nanoseconds.
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
            assert_eq!(grid(one, offset).is_made_of(&grid(other, 0)), made, "{one} {offset} of {other}");
        }
        assert_eq!(grid("1h", 60), grid("1h", 0));
        assert!(Resampling::new(1440, Fill::None, false).is_err());
        assert!(Resampling::new(i32::MIN, Fill::None, false).is_err());
    }
}

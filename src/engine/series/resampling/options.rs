//! The options of resampling.

use crate::series::calendar::Calendar;
use crate::series::error::Error;

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
    calendar: Option<Calendar>,
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
        Ok(Self { offset_minutes, calendar: None, fill, include_forming })
    }

    /// The same, with the days and sessions of a calendar in the place of days from 00:00 UTC.
    pub fn by(self, calendar: Option<Calendar>) -> Result<Self, Error> {
        match calendar.filter(|_| self.offset_minutes != 0) {
            Some(calendar) => Err(Error::CalendarOffset { calendar: calendar.name(), given: self.offset_minutes }),
            None => Ok(Self { calendar, ..self }),
        }
    }

    /// The same, by the calendar of this name; an empty name is none.
    pub fn by_name(self, name: &str) -> Result<Self, Error> {
        self.by((!name.is_empty()).then(|| Calendar::find(name)).transpose()?)
    }

    /// The calendar whose days and sessions make the bars.
    pub fn calendar(&self) -> Option<Calendar> {
        self.calendar
    }

    /// The name of the calendar; empty without one.
    pub fn calendar_name(&self) -> &'static str {
        self.calendar.map_or("", Calendar::name)
    }

    /// The offset of the grid from 00:00 UTC, in minutes.
    pub fn offset_minutes(&self) -> i32 {
        self.offset_minutes
    }
}

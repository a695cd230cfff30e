//! Errors of names and bars.

use std::fmt;

use super::calendar::date::text_of;
use super::{ColumnName, InvalidColumnName};

/// The characters of symbols.
pub(super) const SYMBOL_CHARACTERS: &str = "A-Z a-z 0-9 . _ : / - ^ = $ # &";

/// Why a name, a span or bars are rejected. Every message names the field, the value and the limit.
#[derive(Debug, Clone, PartialEq)]
pub enum Error {
    /// The symbol has the wrong length.
    SymbolLength {
        /// The length given, in bytes.
        given: usize,
        /// The maximum, in bytes.
        max: usize,
    },
    /// The symbol contains a forbidden character.
    SymbolCharacter {
        /// The character.
        given: char,
        /// Its byte offset.
        at: usize,
    },
    /// A part of the symbol between slashes is empty, `.` or `..`.
    SymbolPart {
        /// The symbol.
        given: String,
    },
    /// The timeframe is not a count and a unit.
    Timeframe {
        /// The text given, truncated for the message.
        given: String,
        /// The longest timeframe.
        max_days: u64,
    },
    /// The session offset from 00:00 UTC is too large.
    SessionOffset {
        /// The minutes given.
        given: i32,
        /// The maximum offset in either direction, in minutes.
        max: i32,
    },
    /// There is no such calendar.
    Calendar {
        /// The name given, truncated for the message.
        given: String,
        /// The calendar whose name is most like it.
        nearest: Option<&'static str>,
    },
    /// A calendar and a session offset are given.
    CalendarOffset {
        /// The calendar.
        calendar: &'static str,
        /// The minutes given.
        given: i32,
    },
    /// A calendar does not reach bars.
    CalendarReach {
        /// The calendar.
        calendar: &'static str,
        /// Its first and last date, in days since 1970-01-01.
        reach: [i64; 2],
        /// The date of a bar.
        given: i64,
    },
    /// `from` is not before `to`.
    SpanOrder {
        /// The first time, inclusive.
        from: i64,
        /// The last time, exclusive.
        to: i64,
    },
    /// `last` is 0.
    SpanLast,
    /// There are no bars.
    Empty,
    /// A column and `times` differ in length.
    ColumnLength {
        /// The column.
        column: String,
        /// The length of `times`.
        times: usize,
        /// The length given.
        given: usize,
    },
    /// The name of an extra column is invalid.
    ColumnName(InvalidColumnName),
    /// Two extra columns have the same name.
    ColumnTwice {
        /// The index of the extra column.
        index: usize,
        /// Its name.
        given: ColumnName,
    },
    /// A value of an extra column is infinite.
    ExtraValue {
        /// The index of the extra column.
        column: usize,
        /// Its name.
        name: ColumnName,
        /// The index of the bar.
        index: usize,
        /// The value.
        given: f64,
    },
    /// A time is not after the previous time.
    TimeOrder {
        /// The index of the bar.
        index: usize,
        /// The previous time.
        before: i64,
        /// Its own time.
        given: i64,
    },
    /// A value is not a valid price or volume.
    Value {
        /// The column.
        column: &'static str,
        /// The index of the bar.
        index: usize,
        /// The value.
        given: f64,
    },
    /// A price is not finite, where it may be below 0.
    NotFinite {
        /// The column.
        column: &'static str,
        /// The index of the bar.
        index: usize,
        /// The price.
        given: f64,
    },
    /// The high of a bar is below another of its prices.
    HighBelow {
        /// The index of the bar.
        index: usize,
        /// The column that is above it.
        column: &'static str,
        /// The price there.
        other: f64,
        /// The high.
        given: f64,
    },
    /// The low of a bar is above another of its prices.
    LowAbove {
        /// The index of the bar.
        index: usize,
        /// The column that is below it.
        column: &'static str,
        /// The price there.
        other: f64,
        /// The low.
        given: f64,
    },
}

impl From<InvalidColumnName> for Error {
    fn from(error: InvalidColumnName) -> Self {
        Self::ColumnName(error)
    }
}

impl Error {
    /// The path of the invalid field, as in `bars.high[17]`.
    pub fn field(&self) -> String {
        match self {
            Self::SymbolLength { .. } | Self::SymbolCharacter { .. } | Self::SymbolPart { .. } => "symbol".into(),
            Self::Timeframe { .. } => "timeframe".into(),
            Self::SessionOffset { .. } => "resampling.session_offset_minutes".into(),
            Self::Calendar { .. } | Self::CalendarReach { .. } => "resampling.calendar".into(),
            Self::CalendarOffset { .. } => "resampling.session_offset_minutes".into(),
            Self::SpanOrder { .. } => "range.start_time".into(),
            Self::SpanLast => "range.last".into(),
            Self::Empty => "bars".into(),
            Self::ColumnLength { column, .. } => format!("bars.{column}"),
            Self::ColumnName(_) => "name".into(),
            Self::ColumnTwice { index, .. } => format!("bars.extra[{index}].name"),
            Self::ExtraValue { column, index, .. } => format!("bars.extra[{column}].values[{index}]"),
            Self::TimeOrder { index, .. } => format!("bars.times[{index}]"),
            Self::Value { column, index, .. } | Self::NotFinite { column, index, .. } => {
                format!("bars.{column}[{index}]")
            }
            Self::HighBelow { index, .. } => format!("bars.high[{index}]"),
            Self::LowAbove { index, .. } => format!("bars.low[{index}]"),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SymbolLength { given, max } => write!(f, "symbol must have between 1 and {max} bytes, got {given}"),
            Self::SymbolCharacter { given, at } => {
                write!(f, "symbol must contain only {}, got {given:?} at byte {at}", SYMBOL_CHARACTERS)
            }
            Self::SymbolPart { given } => {
                write!(f, "symbol must not have an empty, `.` or `..` part between slashes, got {given:?}")
            }
            Self::Timeframe { given, max_days } => write!(
                f,
                "timeframe must be a count >= 1 and a unit of s m h d w, at most {max_days} days, or 1 2 3 4 6 12 and M (months), \
                 got {given:?}"
            ),
            Self::SessionOffset { given, max } => {
                write!(f, "resampling.session_offset_minutes must be between -{max} and {max}, got {given}")
            }
            Self::Calendar { given, nearest } => {
                let nearest = nearest.map(|name| format!("; the nearest is {name}")).unwrap_or_default();
                write!(
                    f,
                    "resampling.calendar must be the code of an exchange, as in XNYS, or a time zone, as in \
                     America/New_York, got {given:?}{nearest}"
                )
            }
            Self::CalendarOffset { calendar, given } => {
                write!(f, "resampling.session_offset_minutes must be 0 with calendar {calendar}, got {given}")
            }
            Self::CalendarReach { calendar, reach, given } => {
                let ([first, last], given) = (reach.map(text_of), text_of(*given));
                write!(
                    f,
                    "resampling.calendar must reach all bars: {calendar} knows {first} to {last}, got bars of {given}"
                )
            }
            Self::SpanOrder { from, to } => {
                write!(f, "range.start_time must be before range.end_time, got {from} and {to}")
            }
            Self::SpanLast => write!(f, "range.last must be at least 1, got 0"),
            Self::Empty => write!(f, "bars must have at least 1 bar, got 0"),
            Self::ColumnLength { column, times, given } => {
                write!(f, "bars.{column} must have as many values as bars.times ({times}), got {given}")
            }
            Self::ColumnName(error) => error.fmt(f),
            Self::ColumnTwice { index, given } => {
                write!(f, "bars.extra[{index}].name must be unique, got {given} again")
            }
            Self::ExtraValue { column, name, index, given } => {
                write!(f, "bars.extra[{column}].values[{index}] ({name}) must be finite or NaN, got {given}")
            }
            Self::TimeOrder { index, before, given } => {
                write!(f, "bars.times[{index}] must be after the previous time ({before}), got {given}")
            }
            Self::Value { column, index, given } => {
                write!(f, "bars.{column}[{index}] must be finite and at least 0, got {given}")
            }
            Self::NotFinite { column, index, given } => write!(f, "bars.{column}[{index}] must be finite, got {given}"),
            Self::HighBelow { index, column, other, given } => {
                write!(f, "bars.high[{index}] must be at least bars.{column}[{index}] ({other}), got {given}")
            }
            Self::LowAbove { index, column, other, given } => {
                write!(f, "bars.low[{index}] must be at most bars.{column}[{index}] ({other}), got {given}")
            }
        }
    }
}

impl std::error::Error for Error {}

//! Paths of fields in error messages.

use crate::series::Resampling;

/// The calendar or the session offset of a series, if it has one.
pub(super) fn sessions(resampling: &Resampling) -> String {
    match (resampling.calendar_name(), resampling.offset_minutes()) {
        ("", 0) => String::new(),
        ("", minutes) => format!(" with session_offset_minutes {minutes}"),
        (calendar, _) => format!(" with calendar {calendar}"),
    }
}

/// The path of an expression.
pub(super) fn expression(index: Option<usize>) -> String {
    index.map_or_else(|| "expression".into(), |index| format!("expressions[{index}]"))
}

/// The path of one of several texts.
pub(super) fn path(field: &str, index: Option<usize>) -> String {
    index.map_or_else(|| field.into(), |index| format!("{field}[{index}]"))
}

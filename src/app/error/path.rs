//! Paths of fields in error messages.

/// The session offset of a series, if it has one.
pub(super) fn sessions(offset_minutes: i32) -> String {
    if offset_minutes == 0 { String::new() } else { format!(" with session_offset_minutes {offset_minutes}") }
}

/// The path of an expression.
pub(super) fn expression(index: Option<usize>) -> String {
    index.map_or_else(|| "expression".into(), |index| format!("expressions[{index}]"))
}

/// The path of one of several texts.
pub(super) fn path(field: &str, index: Option<usize>) -> String {
    index.map_or_else(|| field.into(), |index| format!("{field}[{index}]"))
}

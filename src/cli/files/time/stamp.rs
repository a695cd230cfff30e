//! What one cell says: a time on some clock, and the zone of that clock if the cell names it.

/// The time of a cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stamp {
    /// Nanoseconds from 1970-01-01T00:00 on the clock.
    pub(super) nanos: i64,
    /// Where the clock hangs.
    pub(super) offset: Offset,
}

/// The zone that a cell names.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Offset {
    /// None.
    None,
    /// UTC.
    Utc,
    /// Seconds east of UTC.
    Seconds(i32),
    /// A zone of the IANA database, by name.
    Named(Box<str>),
}
